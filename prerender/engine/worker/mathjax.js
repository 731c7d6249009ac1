/**
 * A set-up in, a MathDocument out: MathJax's classes put together by hand, so that one tab can hold
 * documents of many set-ups that share nothing but code and font.
 */

const BASE = new URL('../mathjax', import.meta.url).href;

/** Names that MathJax 2 gave to what version 4 has under another. */
const OLD_NAMES = new Map([
  ['amsmath', 'ams'],
  ['amssymbols', 'ams'],
  ['color', 'color'],
  ['mhchem', 'mhchem'],
]);

/** Loads MathJax; resolves when it can typeset. */
export async function load() {
  window.MathJax = {
    loader: {
      paths: { mathjax: BASE, fonts: `${BASE}/fonts` },
      load: ['core', 'input/tex', 'output/svg'],
      failed: () => {}, // a \require of something that is not there says so itself
    },
    startup: { typeset: false },
  };
  const script = document.createElement('script');
  script.src = `${BASE}/startup.js`;
  const loaded = new Promise((resolve, reject) => {
    script.onload = resolve;
    script.onerror = () => reject(new Error('MathJax is not where it should be'));
  });
  document.head.append(script);
  await loaded;
  await window.MathJax.startup.promise;
  boxForTransforms();
}

/**
 * CSS transforms of `\style` turn about the middle of the box that HTML output would have, and their
 * lengths are of the text; in SVG both would be of the picture.
 */
function boxForTransforms() {
  const { SvgWrapper } = window.MathJax._.output.svg.Wrapper;
  const original = SvgWrapper.prototype.handleStyles;
  SvgWrapper.prototype.handleStyles = function handleStyles() {
    original.call(this);
    for (const node of this.dom) {
      const { transform } = node.style ?? {};
      if (!transform) continue;
      const { w, h, d } = this.getBBox();
      node.style.transform = transform.replace(LENGTH, (_, value, unit) => `${value * UNITS[unit]}px`);
      node.style.transformOrigin = `${500 * w}px ${-500 * (h - d)}px`;
    }
  };
}

const LENGTH = /([-+]?(?:\d+\.?\d*|\.\d+))(em|ex|px)/g;
/** Thousandths of an em. */
const UNITS = { em: 1000, ex: 442, px: 1000 / 16 };

/**
 * Options of a set-up may hold functions (`tagformat.number`), which travel as their source.
 *
 * @param {unknown} value
 * @returns {unknown}
 */
function revive(value) {
  if (Array.isArray(value)) return value.map(revive);
  if (value === null || typeof value !== 'object') return value;
  const source = /** @type {{$function?: string}} */ (value).$function;
  if (source !== undefined) return new Function(`return (${source})`)();
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, revive(inner)]));
}

/** @param {string} name  an extension as `\require` or a v2 configuration calls it */
export function modernName(name) {
  const lower = name.trim().replace(/\.js$/, '').toLowerCase();
  return OLD_NAMES.get(lower) ?? lower;
}

/** Raised by MathJax's hooks below for input that is not right. */
export class InputError extends Error {}

/**
 * A fresh document: no macros, labels or numbers but the set-up's own.
 *
 * @param {{tex: object, mathml: object, asciimath: object, output: object}} setup
 * @param {any} output  the output jax that the documents of a set-up share
 */
export function makeDocument(setup, output) {
  const { mathjax } = window.MathJax._.mathjax;
  const inputs = [texInput(setup.tex)];
  const { MathML } = window.MathJax._.input.mathml_ts ?? {};
  if (MathML) inputs.push(new MathML(revive(setup.mathml)));
  const { AsciiMath } = window.MathJax._.input.asciimath_ts ?? {};
  if (AsciiMath) inputs.push(new AsciiMath(revive(setup.asciimath)));
  return mathjax.document(document, {
    InputJax: inputs,
    OutputJax: output,
    compileError: (_doc, _item, error) => fail(error),
    typesetError: (_doc, _item, error) => fail(error),
  });
}

/** @param {object} output  options of the output */
export function makeOutput(output) {
  const { SVG } = window.MathJax._.output.svg_ts;
  return new SVG({ ...window.MathJax.config.svg, ...output, fontCache: 'global', useXlink: false });
}

/** @param {object} options */
function texInput(options) {
  const { TeX } = window.MathJax._.input.tex_ts;
  const packages = window.MathJax.config.tex.packages;
  const tex = new TeX({ packages, ...revive(options), formatError: (_jax, error) => fail(error) });
  tex.preFilters.add(({ math }) => {
    math.math = math.math.replace(/(\\require\s*\{)([^}]*)\}/g, (_, open, name) => `${open}${modernName(name)}}`);
  });
  return tex;
}

/**
 * @param {Error & {retry?: unknown, restart?: unknown}} error
 * @returns {never}
 */
function fail(error) {
  if (error.retry || error.restart || error instanceof InputError) throw error;
  throw new InputError(error.message);
}
