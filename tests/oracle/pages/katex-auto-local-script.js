// The set-up of katex-auto-local-script.html: math in articles only.
for (const article of document.querySelectorAll('article')) {
  window.renderMathInElement(article, {delimiters: [
    {left: '\\(', right: '\\)', display: false},
    {left: '$', right: '$', display: false}
  ]});
}
