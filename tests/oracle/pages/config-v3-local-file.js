// The set-up of config-v3-local-file.html, which also brings the loader.
window.MathJax = {
  tex: {inlineMath: [['$', '$']], macros: {half: '\\frac{1}{2}'}},
  options: {ignoreHtmlClass: 'nomath'}
};
