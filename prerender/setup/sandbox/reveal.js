/**
 * A stub of reveal.js that initialises its plug-ins, and a stub of its math plug-in for sites that do
 * not have it in their files (https://revealjs.com/math/).
 */

/** @typedef {(...args: any[]) => unknown} Callback */

const DELIMITERS = [['$$', '$$', true], ['$', '$', false], ['\\(', '\\)', false], ['\\[', '\\]', true]];
const DOLLARS = [['$', '$'], ['\\(', '\\)']];
const TAGS = ['script', 'noscript', 'style', 'textarea', 'pre', 'code'];

/**
 * @param {object} page
 * @param {Callback} page.call  calls a callback of the page
 * @param {(callback: () => void) => void} page.soon
 * @param {(which: string, src: string) => void} page.load  acts as a loader
 */
export function makeReveal({ call, soon, load }) {
  let config = {};
  const deck = {
    initialize(options) {
      config = { ...options };
      const plugins = Array.isArray(config.plugins) ? config.plugins : [];
      for (const plugin of plugins) call(() => (typeof plugin === 'function' ? plugin() : plugin)?.init?.(deck));
      return Promise.resolve();
    },
    configure: (options) => Object.assign(config, options),
    getConfig: () => config,
    getSlidesElement: () => document.querySelector('.reveal .slides'),
    getRevealElement: () => document.querySelector('.reveal'),
    getViewportElement: () => document.body,
    getCurrentSlide: () => null,
    isReady: () => true,
    layout() {},
    sync() {},
    registerPlugin() {},
    on(type, callback) {
      if (type === 'ready') soon(() => call(callback));
    },
    off() {},
  };
  deck.addEventListener = deck.on;
  /** Reveal as a class (its element is the first argument), or as the page's only presentation. */
  function Reveal(element, options) {
    const given = options ?? (element instanceof Element ? {} : element);
    return { ...deck, initialize: (more) => deck.initialize({ ...given, ...more }) };
  }
  return { Reveal: Object.assign(Reveal, deck), RevealMath: makeMath(load) };
}

/** The math plug-in, with the options and defaults of its guide. */
function makeMath(load) {
  const KaTeX = () => ({
    id: 'katex',
    init(deck) {
      const delimiters = DELIMITERS.map(([left, right, display]) => ({ left, right, display }));
      const { extensions = [], ...options } = { delimiters, ignoredTags: TAGS, ...deck.getConfig().katex };
      load('katex', 'katex/dist/katex.js');
      for (const name of [extensions].flat()) load('katex', `katex/dist/contrib/${name}.js`);
      window.renderMathInElement(deck.getSlidesElement(), options);
    },
  });
  const MathJax2 = () => ({
    id: 'mathjax2',
    init(deck) {
      const given = deck.getConfig().mathjax2 ?? deck.getConfig().math ?? {};
      const { mathjax = 'mathjax@2/MathJax.js', config = 'TeX-AMS_HTML-full', ...options } = given;
      load('mathjax2', `${mathjax}?config=${config}`);
      window.MathJax.Hub.Config({ ...options, skipStartupTypeset: true, tex2jax: { inlineMath: DOLLARS, skipTags: TAGS, ...options.tex2jax } });
      window.MathJax.Hub.Typeset(deck.getRevealElement());
    },
  });
  const modern = (name, usual) => () => ({
    id: name,
    init(deck) {
      const { mathjax = usual, tex, options, ...rest } = deck.getConfig()[name] ?? {};
      window.MathJax = { ...rest, tex: { inlineMath: DOLLARS, ...tex }, options: { skipHtmlTags: TAGS, ...options } };
      load('mathjax', mathjax);
    },
  });
  const MathJax3 = modern('mathjax3', 'mathjax@3/es5/tex-mml-chtml.js');
  const MathJax4 = modern('mathjax4', 'mathjax@4/tex-mml-chtml.js');
  return Object.assign(MathJax2(), { KaTeX, MathJax2, MathJax3, MathJax4 });
}
