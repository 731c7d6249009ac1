/**
 * A set-up in, a MathDocument out: MathJax's classes put together by hand, so that one tab can hold
 * documents of many set-ups that share nothing but code and font.
 */

import { bracesAsHighAsRows } from './braces.js';
import { functionFrom } from './functions.js';
import { PACKAGE, readAsKatex, withPackages } from './katex.js';
import { breakAsTeX, spaceAtPlaces } from './layout/inline.js';
import { sketchAdaptor } from './nodes.js';
import { clearAutoloads, ownAttributes, ownAutoloads, ownCharacters, ownElements } from './own.js';
import { PX_PER_EM, X_HEIGHT } from './protocol.js';
import { Scopes } from './scopes.js';
import { asOnPage, leaveToReaders, widthOf } from './words.js';

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
      load: ['core', 'input/tex', 'output/svg', '[tex]/unicode'],
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
  sizeOfLines();
  sizeOfBoxes();
  numbersForPlaces();
  olderNesting();
  leaveToReaders();
  bracesAsHighAsRows();
  ownWidths();
  ownAttributes();
  ownCharacters();
  ownElements();
  clearAutoloads();
}

/** @type {Promise<unknown> | null} */
let whole = null;

/**
 * Loads what MathJax's font has in files of its own, and its extensions, once.
 *
 * @param {any} font
 */
export function loadAll(font) {
  whole ??= Promise.all([
    window.MathJax.loader.load('[tex]/mhchem', '[tex]/bbm').catch(() => {}),
    ...Object.values(font.constructor.dynamicFiles).map((file) => font.loadDynamicFile(file)),
  ]);
  return whole;
}

/** MathJax writes where things are as texts, which would be read again at once (nodes.js: LiteElement.move). */
function numbersForPlaces() {
  const { SvgWrapper } = window.MathJax._.output.svg.Wrapper;
  const tenth = (/** @type {number} */ em) => Math.round(em * 10000) / 10;
  /**
   * @this {MJ.SvgWrapper}
   * @param {number} x
   * @param {number} y
   * @param {import('./nodes.js').LiteElement | null} element
   */
  SvgWrapper.prototype.place = function place(x, y, element = null) {
    const [node, dx] = element ? [element, 0] : [this.dom[0], this.dx * this.bbox.rscale];
    if (!(x + dx || y)) return;
    node.move(tenth(x + dx), tenth(element ? y : this.handleId(y)));
  };
  SvgWrapper.prototype.handleScale = function handleScale() {
    const { rscale } = this.bbox;
    if (rscale !== 1) for (const node of this.dom) node.resize(Number(rscale.toFixed(3)));
  };
}

/**
 * MathJax 4 refuses an align within \left...\right, which 2 and 3 typeset; they refuse only a second
 * one in a formula (checkEqnEnv in their ParseUtil and AMSmath) that does not belong to the first, as
 * that in an empheq does.
 */
function olderNesting() {
  const { ParseUtil } = window.MathJax._.input.tex.ParseUtil;
  const { default: TexError } = window.MathJax._.input.tex.TexError;
  const strict = ParseUtil.checkEqnEnv;
  ParseUtil.checkEqnEnv = function checkEqnEnv(/** @type {MJ.Parser} */ parser, /** @type {boolean} */ nestable) {
    if (!parser.configuration.packageData.get(OLDER)) return strict.call(this, parser, nestable);
    const { global } = parser.stack;
    if (global.prerenderEqnEnv && !parser.stack.Top().getProperty('nestStart')) {
      throw new TexError('ErroneousNestingEq', 'Erroneous nesting of equation structures');
    }
    global.prerenderEqnEnv = true;
    return undefined;
  };
}

/** Marks the inputs of set-ups for MathJax 2 and 3. */
const OLDER = 'prerender-older';

/**
 * CSS transforms of `\style` turn about the middle of the box that HTML output would have, and their
 * lengths are of the text; in SVG both would be of the picture.
 */
function boxForTransforms() {
  const { SvgWrapper } = window.MathJax._.output.svg.Wrapper;
  const original = SvgWrapper.prototype.handleStyles;
  SvgWrapper.prototype.handleStyles = function handleStyles() {
    original.call(this);
    for (const node of this.styles ? this.dom : []) {
      const { transform } = node.style;
      if (!transform) continue;
      const { w, h, d } = this.getBBox();
      node.style.transform = transform.replace(LENGTH, (/** @type {string} */ _, /** @type {number} */ value, /** @type {keyof typeof UNITS} */ unit) => `${value * UNITS[unit]}px`);
      node.style.transformOrigin = `${500 * w}px ${-500 * (h - d)}px`;
    }
  };
}

const LENGTH = /([-+]?(?:\d+\.?\d*|\.\d+))(em|ex|px)/g;
/** Thousandths of an em. */
const UNITS = { em: 1000, ex: X_HEIGHT, px: 1000 / PX_PER_EM };

/** For a time, layouts.js has another way to fit columns: a name of its class before that, too (state.js). */
function ownWidths() {
  const { prototype } = window.MathJax._.output.svg.Wrappers.mtable.SvgMtable;
  Object.defineProperty(prototype, 'adjustColumnWidths', { value: prototype.adjustColumnWidths, writable: true, configurable: true });
}

/** The lines of a group have its size (`\scriptstyle`), which MathJax gives to its whole box only. */
function sizeOfLines() {
  const { SvgWrapper } = window.MathJax._.output.svg.Wrapper;
  const original = SvgWrapper.prototype.getChildLineBBox;
  SvgWrapper.prototype.getChildLineBBox = function getChildLineBBox(/** @type {MJ.Wrapper} */ child, /** @type {number} */ i) {
    const line = original.call(this, child, i).copy();
    line.rscale *= this.bbox.rscale;
    return line;
  };
}

/** MathJax adds to the size that a box (`\boxed`, `\cancel`) had when it measures it anew. */
function sizeOfBoxes() {
  const { SvgMenclose } = window.MathJax._.output.svg.Wrappers.menclose;
  const original = SvgMenclose.prototype.computeBBox;
  SvgMenclose.prototype.computeBBox = function computeBBox(/** @type {MJ.BBox} */ bbox, /** @type {boolean} */ recompute) {
    bbox.empty();
    original.call(this, bbox, recompute);
  };
}

/**
 * Options of a set-up as MathJax takes them: what computes (`tagformat.number`) becomes a function,
 * regular expressions travel as their source. No name is one that all objects have, for MathJax
 * merges options name by name, and would merge into what all objects share.
 *
 * @param {unknown} value
 * @returns {unknown}
 */
function revive(value) {
  if (Array.isArray(value)) return value.map(revive);
  if (value === null || typeof value !== 'object') return value;
  const { $computes: computes, $regexp: pattern } = /** @type {Record<string, any>} */ (value);
  if (computes !== undefined) return functionFrom(computes);
  if (pattern !== undefined) return regExpFrom(pattern);
  const own = Object.entries(value).filter(([name, inner]) => isOptionName(name, inner));
  return Object.fromEntries(own.map(([name, inner]) => [name, revive(inner)]));
}

/**
 * @param {string} name
 * @param {unknown} value  that of an option, or a macro's, which may have any name but one
 */
function isOptionName(name, value) {
  const merged = typeof value === 'object' && value !== null && !Array.isArray(value);
  return name !== '__proto__' && !(merged && name in Object.prototype);
}

/**
 * MathJax takes what a pattern matches out of the formula, and would never come to its end where that
 * is nothing.
 *
 * @param {string} literal  as it stands in a script: with slashes and flags
 */
function regExpFrom(literal) {
  const [, source, flags] = /^\/(.*)\/([a-z]*)$/s.exec(literal) ?? [];
  if (source === undefined) throw new Error(`${literal} is no regular expression`);
  const pattern = new RegExp(source, flags);
  const match = (/** @type {string} */ text) => {
    const found = RegExp.prototype[Symbol.match].call(pattern, text);
    return found?.[0] ? found : null;
  };
  return Object.assign(pattern, { [Symbol.match]: match });
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
 * @param {import('./protocol.js').Setup} setup
 * @param {any} output  the output jax that the documents of a set-up share
 */
export function makeDocument(setup, output) {
  const { mathjax } = window.MathJax._.mathjax;
  const inputs = [texInput(setup)];
  const { MathML } = window.MathJax._.input.mathml_ts ?? {};
  if (MathML) inputs.push(new MathML(revive(setup.mathml)));
  const { AsciiMath } = window.MathJax._.input.asciimath_ts ?? {};
  if (AsciiMath) inputs.push(new AsciiMath(revive(setup.asciimath)));
  const made = mathjax.document(document, {
    InputJax: inputs,
    OutputJax: output,
    compileError: (/** @type {MJ.Document} */ _doc, /** @type {MJ.Item} */ _item, /** @type {Error} */ error) => fail(error),
    typesetError: (/** @type {MJ.Document} */ _doc, /** @type {MJ.Item} */ _item, /** @type {Error} */ error) => fail(error),
  });
  return Object.assign(made, { signs: setup.signs });
}

/**
 * The scopes of definitions in a document; none where they last for all.
 *
 * @param {any} doc
 * @returns {Scopes | undefined}
 */
export function scopesOf(doc) {
  return doc.inputJax[0].parseOptions.packageData.get(PACKAGE);
}

/** @param {object} output  options of the output */
export function makeOutput(output) {
  /** @type {{SVG: MJ.Class}} */
  const { SVG } = window.MathJax._.output.svg_ts;
  const { HTMLAdaptor } = window.MathJax._.adaptors.HTMLAdaptor;
  const adaptor = sketchAdaptor(HTMLAdaptor);
  class Sketched extends SVG {
    /** @type {MJ.Wrapper | null} of the formula that was drawn last */
    #drawn = null;

    get drawn() {
      return this.#drawn;
    }

    /**
     * @param {any} root
     * @param {any} node
     */
    processMath(root, node) {
      this.#drawn = root;
      super.processMath(root, node);
    }

    /** Documents give it theirs, with which they read MathML. */
    setAdaptor() {
      super.setAdaptor(adaptor);
    }

    /** @param {any} row  of an inline formula, or undefined where it shows nothing */
    markInlineBreaks(row) {
      if (row?.parent.isKind('math')) row.parent.setTeXclass(null);
      if (row) breakAsTeX(row);
      super.markInlineBreaks(row);
    }

    /**
     * @param {any} root
     * @param {any[]} rest
     */
    handleInlineBreaks(root, ...rest) {
      spaceAtPlaces(root);
      super.handleInlineBreaks(root, ...rest);
    }

    /**
     * @param {string} text
     * @param {string} variant
     */
    unknownText(text, variant) {
      return asOnPage(this, super.unknownText(text, variant), variant);
    }

    /** @param {import('./nodes.js').LiteElement} text */
    measureTextNode(text) {
      const measure = (/** @type {string} */ content) => {
        const copy = text.cloneNode(false);
        copy.appendChild(adaptor.text(content));
        return super.measureTextNode(copy).w;
      };
      return { ...super.measureTextNode(text), w: widthOf(text.textContent, measure) };
    }
  }
  // One font for all: extensions (mhchem's arrows) add themselves to that of the start-up document.
  const { font } = window.MathJax.startup.document.outputJax;
  return new Sketched({ ...window.MathJax.config.svg, fontData: font, ...output, fontCache: 'global', useXlink: false });
}

/** How many macros a formula may expand where no set-up says so, as in MathJax. */
const MACROS = 1000;

/** @param {Parameters<typeof makeDocument>[0]} setup  whose version is that of the page's MathJax, or KaTeX */
function texInput({ tex: given, version, scopes, bounds }) {
  const { TeX } = window.MathJax._.input.tex_ts;
  /** @type {Record<string, any>} */
  const options = { packages: window.MathJax.config.tex.packages, .../** @type {object} */ (revive(given)) };
  const most = Number(options.maxMacros ?? MACROS);
  options.maxMacros = Math.min(Number.isNaN(most) ? MACROS : most, bounds?.macros ?? MACROS);
  const isKatex = Boolean(scopes?.length);
  clearAutoloads();
  const tex = new TeX({ ...(isKatex ? withPackages(options) : options), formatError: (/** @type {MJ.InputJax} */ _jax, /** @type {Error} */ error) => fail(error) });
  ownAutoloads(tex);
  if (isKatex) {
    readAsKatex(tex);
    tex.parseOptions.packageData.set(PACKAGE, new Scopes(tex, scopes));
  }
  const older = version === 'mathjax2' || version === 'mathjax3';
  tex.parseOptions.packageData.set(OLDER, older);
  if (older) olderLabels(tex.parseOptions.tags, version);
  tex.preFilters.add((/** @type {{math: MJ.Item}} */ { math }) => {
    const modern = (/** @type {string} */ _, /** @type {string} */ open, /** @type {string} */ name) => `${open}${modernName(name)}}`;
    math.math = math.math.replace(/(\\require\s*\{)([^}]*)\}/g, modern);
  });
  return tex;
}

/**
 * The label of a row without a number goes with the row; MathJax 4 gives it to the next number. That of
 * a row that can have no number (in split, aligned) goes with it in MathJax 3 only; in MathJax 2 it
 * is that of the equation.
 *
 * @param {any} tags
 * @param {string} version
 */
function olderLabels(tags, version) {
  tags.clearTag = /** @this {any} */ function clearTag() {
    if (version === 'mathjax3' || this.currentTag.taggable) this.label = '';
    Object.getPrototypeOf(this).clearTag.call(this);
  };
}

/**
 * @param {Error & {retry?: unknown, restart?: unknown}} error
 * @returns {never}
 */
function fail(error) {
  if (error.retry || error.restart || error instanceof InputError) throw error;
  throw new InputError(error.message);
}
