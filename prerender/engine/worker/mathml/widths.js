/**
 * MathML in, how wide a browser draws it in the font of our pages out; and what it puts beside operators.
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
 * @returns {number[]} in thousandths of an em
 */
export function widthsOf(markups) {
  if (!place) {
    place = document.createElement('div');
    place.style.cssText = 'position:absolute;visibility:hidden;contain:layout style;width:max-content';
    document.body.append(place);
  }
  const style = `font:${SIZE}px ${FAMILY};text-rendering:geometricPrecision`;
  place.innerHTML = `<style>.widths math{${style}}.widths mtd{padding:0}</style>${markups.map((one) => `<div class=widths style="width:max-content">${one}</div>`).join('')}`;
  const widths = [...place.querySelectorAll('.widths')].map((one) => one.getBoundingClientRect().width);
  place.textContent = '';
  return widths;
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
  const [bare, left, right] = widthsOf([' lspace="0" rspace="0"', ' rspace="0"', ' lspace="0"'].map(write));
  const found = { left: (left - bare) / SIZE, right: (right - bare) / SIZE };
  rooms.set(key, found);
  return found;
}
