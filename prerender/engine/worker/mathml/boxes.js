/**
 * MathML in, how large a browser draws it in the font of our pages out; and what it puts beside operators.
 */

import { escape } from '../draw.js';
import { element } from './core.js';
import { MATH_X_HEIGHT, X_HEIGHT } from '../protocol.js';

const FONT = new URL('../../mathjax/fonts/stix-two-math/files/stix-two-math-latin-400-normal.woff', import.meta.url).href;
const FAMILY = 'prerender-math';
/** Pixels: so sizes in pixels are thousandths of an em of MathJax's font that is as high as a page's. */
const SIZE = (1000 * X_HEIGHT) / MATH_X_HEIGHT;

/** Those of style.css.jinja, and the room that Firefox takes all the same. */
const RULES = [
  `.widths math{font:${SIZE}px ${FAMILY};text-rendering:geometricPrecision}`,
  '.widths mtd{padding:0}',
  '.widths mtd::before{content:"\\200b";display:inline-block;line-height:1}',
  '.widths mfrac{padding:0 .1em}',
  '.widths :is(msub,msubsup)>mi:first-child{font-feature-settings:"tuck"}',
  '.widths i{display:inline-block}',
  // What Firefox has in whole pixels, and letters that it makes bold
  '.widths :is(mo[rspace="0"],[accent],[accentunder]){padding-right:.03em}',
  '.widths mo[stretchy="false"]{padding-right:.04em}',
  '.widths msqrt{padding-right:.08em}',
  '.widths mroot{padding-right:.2em}',
  '.widths [style*="bold"]{letter-spacing:.045em}',
].join('');
/** What may be smaller than the formula; and how small it is at least in Firefox: 8 points, where the rest has 15 pixels. */
const INNER = ':is(msub,msup,msubsup,mmultiscripts,munder,mover,munderover,mroot)>:not(:first-child),mfrac>*,[scriptlevel]';
const LEAST = (SIZE * 10.67) / 15;

/** @type {Promise<unknown> | null} */
let loading = null;
/** @type {HTMLElement | null} */
let place = null;
/** @type {Map<string, import('./writer.js').Room>} */
const rooms = new Map();

/** Loads the font, once. Policy has no fonts from anywhere, but data are none from anywhere. */
export function loadFont() {
  loading ??= fetch(FONT)
    .then((answer) => answer.arrayBuffer())
    .then((data) => new FontFace(FAMILY, data).load())
    .then((face) => document.fonts.add(face));
  return loading;
}

/**
 * How large a browser draws formulas: the widest of those that draw them in our font. Firefox has most of
 * its differences taken away by our style sheet; what is left is here.
 *
 * @param {string[]} markups  each a `math`
 * @returns {{width: number, height: number, depth: number}[]} in thousandths of an em
 */
export function boxesOf(markups) {
  if (!place) {
    place = document.createElement('div');
    place.style.cssText = 'position:absolute;visibility:hidden;contain:layout style;width:max-content';
    document.body.append(place);
  }
  place.innerHTML = `<style>${RULES}</style>${markups.map((one) => `<div class=widths style="width:max-content">${scaled(one)}<i></i></div>`).join('')}`;
  const boxes = [...place.querySelectorAll('.widths')].map((one) => {
    const { top, bottom } = /** @type {Element} */ (one.firstElementChild).getBoundingClientRect();
    const baseline = /** @type {Element} */ (one.lastElementChild).getBoundingClientRect().bottom;
    const width = one.getBoundingClientRect().width;
    return { width: Math.max(width, widthOfLarger(one)), height: baseline - top, depth: bottom - baseline };
  });
  place.textContent = '';
  return boxes;
}

/**
 * The width of a formula with scripts, where they are no smaller than Firefox has them.
 *
 * @param {Element} box
 */
function widthOfLarger(box) {
  const small = [...box.querySelectorAll(INNER)].filter((one) => parseFloat(getComputedStyle(one).fontSize) < LEAST);
  if (!small.length) return 0;
  for (const one of small) /** @type {HTMLElement} */ (one).style.fontSize = `${LEAST}px`;
  return box.getBoundingClientRect().width;
}

/** @param {string} markup  whose lengths in pixels are of a page, where an em has 16 */
function scaled(markup) {
  return markup.replace(/<[^<>]*>/g, (tag) => tag.replace(/([\d.]+)(px|pt|pc|in|cm|mm)\b/g, (_, number, unit) => `${(Number(number) * SIZE) / 16}${unit}`));
}

/**
 * What browsers put beside an operator (em), by MathML Core's dictionary.
 *
 * @param {string} character
 * @param {string} form  that its place in a row gives it, or that is told
 * @param {boolean} isTold
 * @returns {import('./writer.js').Room}
 */
export function roomOf(character, form, isTold) {
  const key = `${form} ${isTold} ${character}`;
  const known = rooms.get(key);
  if (known) return known;
  const beside = '<mi>x</mi>';
  const [before, after] = isTold ? ['', beside] : [form === 'prefix' ? '' : beside, form === 'postfix' ? '' : beside];
  const told = isTold ? ` form="${form}"` : '';
  const write = (/** @type {string} */ room) => `<math><mrow>${before}${element('mo', {}, escape(character)).replace('<mo', `<mo${told}${room}`)}${after}</mrow></math>`;
  const [bare, left, right] = boxesOf([' lspace="0em" rspace="0em"', ' rspace="0em"', ' lspace="0em"'].map(write));
  const found = { left: (left.width - bare.width) / SIZE, right: (right.width - bare.width) / SIZE };
  rooms.set(key, found);
  return found;
}
