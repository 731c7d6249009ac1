/**
 * The formulas that an engine finds in the text of a page, each as [TeX, whether it is a display].
 *
 * @param {[engine: 'mathjax4' | 'mathjax2' | 'katex', html: string]} asked
 * @returns {[string, boolean][]}
 */
([engine, html]) => {
  const { body } = new DOMParser().parseFromString(html, 'text/html');
  /** @type {any} */
  const own = window;
  if (engine === 'katex') {
    own.found = [];
    own.renderMathInElement(body, { delimiters: own.delimiters });
    return own.found;
  }
  if (engine === 'mathjax2') {
    // Built in parts, so that those are where the script looks for them
    document.body.replaceChildren(...body.childNodes);
    own.tex2jax.PreProcess(document.body);
    return [...document.querySelectorAll('script.found')].map((one) => [one.textContent ?? '', /display/.test(/** @type {HTMLScriptElement} */ (one).type)]);
  }
  const { HTMLDomStrings } = own.MathJax._.handlers.html.HTMLDomStrings;
  const { FindTeX } = own.MathJax._.input.tex.FindTeX;
  const strings = new HTMLDomStrings();
  strings.adaptor = own.MathJax._.adaptors.browserAdaptor.browserAdaptor();
  const [texts] = strings.find(body);
  const finder = new FindTeX({ inlineMath: [['$', '$'], ['\\(', '\\)']] });
  const found = finder.findMath(texts);
  return found.filter((/** @type {any} */ one) => one.display !== null).map((/** @type {any} */ one) => [one.math, one.display]);
};
