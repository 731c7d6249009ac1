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
 * @param {string[]} markups  each a `math`
 * @returns {{width: number, height: number, depth: number}[]} in thousandths of an em
 */
export function boxesOf(markups) {
  if (!place) {
    place = document.createElement('div');
    place.style.cssText = 'position:absolute;visibility:hidden;contain:layout style;width:max-content';
    document.body.append(place);
  }
  const style = `font:${SIZE}px ${FAMILY};text-rendering:geometricPrecision`;
  place.innerHTML = `<style>.widths math{${style}}.widths mtd{padding:0}.widths mtd::before{content:"\\200b";display:inline-block;line-height:1}.widths mfrac{padding:0 .1em}.widths i{display:inline-block}</style>${markups.map((one) => `<div class=widths style="width:max-content">${one}<i></i></div>`).join('')}`;
  const boxes = [...place.querySelectorAll('.widths')].map((one) => {
    const { top, bottom } = /** @type {Element} */ (one.firstElementChild).getBoundingClientRect();
    const baseline = /** @type {Element} */ (one.lastElementChild).getBoundingClientRect().bottom;
    return { width: one.getBoundingClientRect().width, height: baseline - top, depth: bottom - baseline };
  });
  place.textContent = '';
  return boxes;
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
  const [bare, left, right] = boxesOf([' lspace="0" rspace="0"', ' rspace="0"', ' lspace="0"'].map(write));
  const found = { left: (left.width - bare.width) / SIZE, right: (right.width - bare.width) / SIZE };
  rooms.set(key, found);
  return found;
}
