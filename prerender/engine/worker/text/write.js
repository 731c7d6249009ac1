/**
 * Rows of text (read.js) in, markup out: text in our font, and elements whose names say where and
 * how large what is in them stands. `prerender/markup/text.py` has a rule for every such name.
 *
 *     <m-u363s>  higher by .363 em of its own, in the size of scripts
 *     <m-d150sz> lower, and it takes no room: `z`
 *     <h-u230-60> a line of that thickness on this height; <v-…> a vertical one; <e-…> a stretched glyph
 *
 * A space is a glyph of the font: those of U+E001 to U+E0F9 are so many times 4 thousandths of an
 * em wide, those of U+E101 to U+E11F so many em.
 */

import { arrange } from './arrange.js';

/**
 * @typedef {import('./read.js').Item} Item
 * @typedef {import('./read.js').Row} Row
 * @typedef {import('./read.js').Look} Look
 *
 * @typedef {object} Pen
 * @property {number} x  where it is
 * @property {number} place  where it would be, had no space been rounded
 */

const SPACES = 0xe000;
const EMS = 0xe100;
const MOST_EMS = 31;
/** Spaces are multiples of so many thousandths of an em, heights of so many. */
const GRID = 4;
const HEIGHTS = 5;
/** Thousandths of an em that a letter may stand beside its place. */
const DRIFT = 5;
/** The sizes of scripts. */
const SIZES = new Map([
  [1, ''],
  [707, 's'],
  [500, 't'],
]);

/**
 * @param {Row} row
 * @param {number} width  of all of it
 * @returns {string}
 */
export function write(row, width) {
  return content(row, { x: 0, place: 0 }, width);
}

/**
 * @param {Row} row
 * @param {Pen} pen  which is moved
 * @param {number} [end]  where it is to be at last
 * @returns {string}
 */
function content(row, pen, end = Infinity) {
  let markup = '';
  for (const { aside, item } of arrange(row, pen.x, end)) {
    const to = item ? item.start : end;
    for (const one of aside) markup += space(Math.min(one.start, to), row.size, pen) + written(one, row, { ...pen }, true);
    if (to !== Infinity) markup += space(to, row.size, pen);
    if (item) markup += written(item, row, pen, false);
  }
  return markup;
}

/**
 * @param {Item} item
 * @param {Row} row  in which it stands
 * @param {Pen} pen  is moved to its end
 * @param {boolean} aside  whether it takes no room
 * @returns {string}
 */
function written(item, row, pen, aside) {
  const em = row.size;
  switch (item.kind) {
    case 'glyph':
      forward(pen, item.letter.advance * em);
      return item.letter.character;
    case 'row':
      return inner(item, row, pen, aside);
    case 'stretch': {
      const name = `e-${height(item.y - row.y, em)}${aside ? 'z' : ''}`;
      const look = `${left(item, em, pen, aside)}transform:scale(${item.scale.map(factor).join()})`;
      forward(pen, item.letter.advance * em);
      return element(name, '', look, item.letter.character);
    }
    case 'bar': {
      const [width, thick] = [item.end - item.start, item.height];
      const flat = width >= thick;
      const name = `${flat ? 'h' : 'v'}-${height(item.y - row.y, em)}-${whole((flat ? thick : width) / em)}`;
      const size = flat ? `width:${length(width / em)}` : `height:${length(thick / em)};margin-top:${length(-thick / em)}`;
      const back = aside ? `;margin-right:${length(-width / em)}` : '';
      const look = left(item, em, pen, aside) + size + back;
      forward(pen, width);
      return element(name, '', look, '');
    }
    case 'box': {
      const [width, high] = [item.end - item.start, item.height].map((one) => length(one / em));
      const place = `width:${width};height:${high};margin:-${high} -${width} 0 0`;
      const line = item.line ? `border-width:${length(item.line / em)};` : '';
      return element(`x-${height(item.y - row.y, em)}`, '', left(item, em, pen, true) + line + item.look + place, '');
    }
    case 'picture': {
      const top = Math.round(item.y - row.y) ? `top:${length((row.y - item.y) / em)};` : '';
      return `<svg viewBox="0 0 1000 1000"${styled(left(item, em, pen, true) + top)}>${item.markup}</svg>`;
    }
    default:
      throw new Error(item);
  }
}

/**
 * @param {Row} row
 * @param {Row} outer
 * @param {Pen} pen
 * @param {boolean} aside
 */
function inner(row, outer, pen, aside) {
  const shift = height(row.y - outer.y, row.size);
  const size = sizeOf(row.size / outer.size);
  const look = row.look ?? { attributes: '', style: '', apart: false };
  const back = row.start < pen.x ? left(row, row.size, pen, aside) : '';
  const text = content(row, pen);
  const name = `m-${shift}${size}${aside ? 'z' : ''}`;
  return element(name === 'm-' ? 'm-0' : name, look.attributes, back + look.style, text);
}

/**
 * @param {string} name
 * @param {string} attributes
 * @param {string} look  its style
 * @param {string} text
 */
function element(name, attributes, look, text) {
  return `<${name}${attributes}${styled(look)}>${text}</${name}>`;
}

/** @param {string} look */
function styled(look) {
  return look ? ` style="${look.replace(/;$/, '')}"` : '';
}

/**
 * How to move what takes no room from the pen to its place; what takes room is there.
 *
 * @param {Item} item
 * @param {number} em
 * @param {Pen} pen  moved there
 * @param {boolean} aside
 */
function left(item, em, pen, aside) {
  if (!aside) return '';
  const step = (item.start - pen.x) / em;
  pen.x = item.start;
  pen.place = item.start;
  return Math.abs(step) < GRID ? '' : `left:${length(step)};`;
}

/**
 * @param {Pen} pen
 * @param {number} step
 */
function forward(pen, step) {
  pen.x += step;
  pen.place += step;
}

/**
 * The characters that bring the pen to a place. Steps are rounded, not places, so that what stands
 * alike in two formulas is written alike.
 *
 * @param {number} to
 * @param {number} em
 * @param {Pen} pen  is moved
 */
function space(to, em, pen) {
  if (to <= pen.x) return '';
  const near = (/** @type {number} */ from) => Math.max(0, GRID * Math.round((to - from) / em / GRID));
  let step = near(pen.place);
  if (Math.abs(pen.x + step * em - to) > DRIFT) step = near(pen.x);
  pen.x += step * em;
  pen.place = to;
  let ems = Math.floor(step / 1000);
  const rest = step - 1000 * ems;
  let text = '';
  for (; ems > 0; ems -= MOST_EMS) text += String.fromCharCode(EMS + Math.min(ems, MOST_EMS));
  return rest ? text + String.fromCharCode(SPACES + rest / GRID) : text;
}

/**
 * @param {number} rise  thousandths of an em of the formula
 * @param {number} em
 */
function height(rise, em) {
  const steps = HEIGHTS * Math.round(rise / em / HEIGHTS);
  return steps ? `${steps > 0 ? 'u' : 'd'}${Math.abs(steps)}` : '';
}

/** @param {number} scale */
function sizeOf(scale) {
  const size = Math.round(1000 * scale);
  if (size === 1000) return '';
  return SIZES.get(size) ?? `f${size}`;
}

/** @param {number} value */
function whole(value) {
  return Math.max(1, Math.round(value));
}

/** @param {number} thousandths  of an em */
function length(thousandths) {
  const text = factor(thousandths / 1000);
  return text === '0' ? text : `${text}em`;
}

/** @param {number} value */
function factor(value) {
  return value.toFixed(3).replace(/\.?0+$/, '').replace(/^(-?)0\./, '$1.').replace(/^-0$/, '0');
}
