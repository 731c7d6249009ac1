/**
 * Makes a page ready for finder.js: what engines ask of the rest of MathJax 2 and of KaTeX.
 *
 * @param {[string, string, boolean][]} delimiters  of KaTeX
 */
(delimiters) => {
  /** @type {any} */
  const own = window;
  own.delimiters = delimiters.map(([left, right, display]) => ({ left, right, display }));
  own.katex = {
    ParseError: class extends Error {},
    render: (/** @type {string} */ tex, /** @type {Element} */ _, /** @type {any} */ { displayMode }) => own.found.push([tex, Boolean(displayMode)]),
  };
  const make = (/** @type {string} */ name, /** @type {object | null} */ attributes, /** @type {string[]} */ texts = []) => {
    const element = Object.assign(document.createElement(name), attributes ?? {});
    element.append(...texts);
    return element;
  };
  const added = (/** @type {Element} */ parent, /** @type {string} */ text) => parent.appendChild(document.createTextNode(text));
  own.old = {
    Extension: {},
    Hub: {
      Browser: {},
      config: { preRemoveClass: 'MathJax_Preview' },
      CombineConfig: (/** @type {string} */ _, /** @type {object} */ config) => Object.assign(config, { inlineMath: [['$', '$'], ['\\(', '\\)']] }),
      Register: { PreProcessor: (/** @type {any[]} */ [, made]) => (own.tex2jax = made) },
    },
    Ajax: { loadComplete: () => {} },
    HTML: {
      Element: make,
      TextNode: (/** @type {string} */ text) => document.createTextNode(text),
      addText: added,
      // As MathJax.HTML.getScript reads it
      setScript: (/** @type {HTMLScriptElement} */ script, /** @type {string} */ tex) => {
        script.className = 'found';
        script.textContent = tex.trim();
      },
    },
  };
};
