/**
 * MathJax's SVG output (nodes.js) in, rows of text out: what stands on one line in one size, with
 * the rows that stand higher, lower or smaller in them.
 *
 * Lengths are thousandths of an em of the whole formula, the axis points up.
 */

import { dashes, escape, leftToSay, numbers, placed, simple } from '../draw.js';
import { LiteElement } from '../nodes.js';

/**
 * @typedef {import('./places.js').Letter} Letter
 *
 * @typedef {object} Glyph
 * @property {'glyph'} kind
 * @property {number} start
 * @property {number} end
 * @property {Letter} letter
 *
 * @typedef {object} Stretch  a part of a bracket that is as long as need be
 * @property {'stretch'} kind
 * @property {number} start
 * @property {number} end
 * @property {number} y
 * @property {Letter} letter
 * @property {[number, number]} scale
 *
 * @typedef {object} Bar  a filled rectangle
 * @property {'bar'} kind
 * @property {number} start
 * @property {number} end
 * @property {number} y  of its lower edge
 * @property {number} height
 * @property {string} color  '': that of the text
 *
 * @typedef {object} Box  a frame, or what stands behind a part of the formula
 * @property {'box'} kind
 * @property {number} start
 * @property {number} end
 * @property {number} y  of its lower edge
 * @property {number} height
 * @property {number} line  how thick its frame is; 0: it has none
 * @property {string} look  the colours that it has
 *
 * @typedef {object} Picture  what no text draws; it takes no room
 * @property {'picture'} kind
 * @property {number} start
 * @property {number} end
 * @property {number} y
 * @property {string} markup  SVG
 *
 * @typedef {object} Look  what an element has of its own
 * @property {string} href  '': it is no link
 * @property {string} attributes
 * @property {string} style
 * @property {boolean} apart  whether it is a box by itself, for its style turns it
 *
 * @typedef {object} Row
 * @property {'row'} kind
 * @property {number} start
 * @property {number} end
 * @property {number} y  of its line
 * @property {number} size  1: that of the formula
 * @property {Look | null} look
 * @property {Item[]} items
 *
 * @typedef {Glyph | Stretch | Bar | Box | Picture | Row} Item
 *
 * @typedef {{x: number, y: number, size: number}} Frame  where a node is drawn
 */

/** Raised by what cannot be written as text. */
export class NoTextError extends Error {}

/** How thick the lines of tables are, as MathJax's style sheet says. */
const TABLE_LINE = 70;
/** Heights, and sizes, that are the same. */
const NEAR = 0.5;
const ALIKE = 1e-4;
/** MathJax's lengths in a style that draws: pixels of thousandths of an em. */
const PIXELS = /(-?[\d.]+)px/g;
/** em from the line of a row up to the top of an empty box in it (style.css: the font's middle). */
const MIDDLE = 0.5;
/** Attributes that mean the same in text. */
const KEPT = new Set(['class', 'id', 'role', 'aria-label', 'target']);
/** What no text draws. */
const SHAPES = new Set(['path', 'ellipse', 'circle', 'polygon', 'line']);

export class RowReader {
  /**
   * @param {(id: string) => Letter | null} letter  from MathJax's id of a glyph
   * @param {(node: LiteElement) => string} draw  what no text draws, as SVG
   */
  constructor(letter, draw) {
    this.letter = letter;
    this.draw = draw;
  }

  /**
   * @param {LiteElement} group  what MathJax draws, from its origin
   * @returns {Row}
   */
  read(group) {
    const frame = { x: 0, y: 0, size: 1 };
    const whole = joined(row(frame, null, this.#children(group, frame)));
    return isLevel(whole, { ...whole, ...frame }) && !whole.look ? whole : row(frame, null, [whole]);
  }

  /**
   * @param {LiteElement} parent
   * @param {Frame} at
   * @returns {Item[]}
   */
  #children(parent, at) {
    return parent.childNodes.flatMap((child) => (child instanceof LiteElement ? this.#node(child, at) : []));
  }

  /**
   * @param {LiteElement} node
   * @param {Frame} at
   * @returns {Item[]}
   */
  #node(node, at) {
    switch (node.localName) {
      case 'g':
        return this.#group(node, at);
      case 'a':
        throw new NoTextError('a formula with links');
      case 'use':
        return this.#glyph(node, at);
      case 'rect':
        return this.#rect(node, at);
      case 'svg':
        return [this.#stretch(node, at)];
      case 'text':
        if (!node.hasAttribute('font-family')) throw new NoTextError('words in the font of the page');
        return [this.#picture(node, at)];
      case 'line':
        return [this.#line(node, at)];
      case 'title':
      case 'desc':
      case 'defs':
        return [];
      default:
        if (SHAPES.has(node.localName)) return [this.#picture(node, at)];
        throw new NoTextError(`<${node.localName}>`);
    }
  }

  /**
   * @param {LiteElement} node
   * @param {Frame} at
   * @returns {Item[]}
   */
  #group(node, at) {
    const { moved, inside } = placed(node);
    if (!moved) return this.#turned(node, at);
    if (moved.sx !== moved.sy || moved.sx <= 0) throw new NoTextError('a formula that is pressed or mirrored');
    const frame = { x: at.x + at.size * moved.x, y: at.y - at.size * moved.y, size: at.size * moved.sx };
    const items = this.#children(inside, frame);
    const look = lookOf(node);
    return look || frame.y !== at.y || frame.size !== at.size ? [row(frame, look, items)] : items;
  }

  /**
   * What MathJax turns holds shapes, not letters.
   *
   * @param {LiteElement} node
   * @param {Frame} at
   */
  #turned(node, at) {
    if (node.find((inner) => inner.localName === 'use')) throw new NoTextError('a formula that is turned');
    return [this.#picture(node, at)];
  }

  /**
   * @param {LiteElement} node
   * @param {Frame} at
   * @returns {Item[]}
   */
  #glyph(node, at) {
    const moved = simple(node);
    const letter = this.#letterOf(node);
    if (!moved || moved.sx !== moved.sy) throw new NoTextError('a glyph that is turned or pressed');
    const frame = { x: at.x + at.size * moved.x, y: at.y - at.size * moved.y, size: at.size * moved.sx };
    const start = frame.x;
    /** @type {Glyph} */
    const glyph = { kind: 'glyph', start, end: start + frame.size * letter.advance, letter };
    return frame.y === at.y && frame.size === at.size ? [glyph] : [row(frame, null, [glyph])];
  }

  /** @param {LiteElement} node */
  #letterOf(node) {
    const id = (node.getAttribute('href') ?? node.getAttribute('xlink:href') ?? '').slice(1);
    const letter = this.letter(id);
    if (!letter) throw new NoTextError(`the glyph ${id}`);
    return letter;
  }

  /**
   * @param {LiteElement} node
   * @param {Frame} at
   * @returns {Item[]}
   */
  #rect(node, at) {
    if (node.getAttribute('pointer-events') === 'all') return [];
    if (node.hasAttribute('rx') || dashes(node)) return [this.#picture(node, at)];
    const [x, y, width, height] = ['x', 'y', 'width', 'height'].map((name) => at.size * Number(node.getAttribute(name) ?? 0));
    const isFrame = node.hasAttribute('data-frame');
    const line = at.size * (isFrame ? TABLE_LINE : Number(node.getAttribute('stroke-width') ?? 0));
    const fill = isFrame ? 'none' : node.getAttribute('fill') ?? '';
    const stroke = node.getAttribute('stroke') ?? '';
    const [start, low] = [at.x + at.size * node.x + x, at.y + at.size * node.y + y];
    if (!line && (fill === '' || fill === 'currentColor')) return [bar(start, low, width, height)];
    if (!line && fill === 'none') return [];
    const look = (fill && fill !== 'none' ? `background:${escape(fill)};` : '') + (line && stroke ? `border-color:${escape(stroke)};` : '');
    const [half, end] = [line / 2, start + width];
    return [{ kind: 'box', start: start - half, end: end + half, y: low - half, height: height + line, line, look }];
  }

  /**
   * @param {LiteElement} node
   * @param {Frame} at
   * @returns {Item}
   */
  #line(node, at) {
    const [x1, y1, x2, y2] = ['x1', 'y1', 'x2', 'y2'].map((name) => at.size * Number(node.getAttribute(name) ?? 0));
    if (dashes(node) || node.hasAttribute('stroke-dasharray') || (x1 !== x2 && y1 !== y2)) return this.#picture(node, at);
    const thick = at.size * (node.hasAttribute('data-line') ? TABLE_LINE : Number(node.getAttribute('stroke-width') ?? TABLE_LINE));
    const [left, low] = [at.x + at.size * node.x + Math.min(x1, x2), at.y + at.size * node.y + Math.min(y1, y2)];
    if (y1 === y2) return bar(left, low - thick / 2, Math.abs(x2 - x1), thick);
    return bar(left - thick / 2, low, thick, Math.abs(y2 - y1));
  }

  /**
   * A viewport that shows the middle of a glyph which is drawn longer than it is: we draw the whole
   * glyph as long as the viewport.
   *
   * @param {LiteElement} node
   * @param {Frame} at
   * @returns {Stretch}
   */
  #stretch(node, at) {
    const [glyph] = node.childNodes;
    const isGlyph = glyph instanceof LiteElement && glyph.localName === 'use';
    if (node.childNodes.length !== 1 || !isGlyph) throw new NoTextError('a part of a picture');
    const letter = this.#letterOf(glyph);
    const [x, y, width, height] = ['x', 'y', 'width', 'height'].map((name) => Number(node.getAttribute(name) ?? 0));
    const [left, bottom, right, top] = extent(letter.path);
    const isWide = (simple(glyph)?.sx ?? 1) !== 1;
    const scale = isWide ? width / (right - left) : height / (top - bottom);
    const [dx, dy] = isWide ? [x - left * scale, 0] : [x, y - bottom * scale];
    const start = at.x + at.size * (node.x + dx);
    return {
      kind: 'stretch',
      start,
      end: start + at.size * letter.advance,
      y: at.y + at.size * (node.y + dy),
      letter,
      scale: isWide ? [scale, 1] : [1, scale],
    };
  }

  /**
   * @param {LiteElement} node
   * @param {Frame} at
   * @returns {Picture}
   */
  #picture(node, at) {
    return { kind: 'picture', start: at.x, end: at.x, y: at.y, markup: this.draw(node) };
  }
}

/**
 * @param {number} start
 * @param {number} y
 * @param {number} width
 * @param {number} height
 * @returns {Bar}
 */
function bar(start, y, width, height) {
  return { kind: 'bar', start, end: start + width, y, height, color: '' };
}

/**
 * @param {Frame} frame
 * @param {Look | null} look
 * @param {Item[]} items
 * @returns {Row}
 */
export function row({ x, y, size }, look, items) {
  const start = Math.min(...items.map((item) => item.start));
  const end = Math.max(...items.map((item) => item.end));
  return { kind: 'row', start: items.length ? start : x, end: items.length ? end : x, y, size, look, items };
}

/**
 * Two rows on the formula's own line as one.
 *
 * @param {Row} first
 * @param {Row} second
 * @param {number} shift  by which the second is moved to the right
 * @returns {Row}
 */
export function beside(first, second, shift) {
  return row({ x: 0, y: 0, size: 1 }, null, [...first.items, ...second.items.map((item) => shifted(item, shift))]);
}

/**
 * @param {Item} item
 * @param {number} by
 * @returns {Item}
 */
function shifted(item, by) {
  const at = { start: item.start + by, end: item.end + by };
  return item.kind === 'row' ? { ...item, ...at, items: item.items.map((inner) => shifted(inner, by)) } : { ...item, ...at };
}

/**
 * The same with as few rows as say the same.
 *
 * @param {Row} whole
 * @returns {Row}
 */
function joined(whole) {
  /** @type {Item[]} */
  const items = [];
  for (const item of whole.items) {
    const one = item.kind === 'row' ? joined(item) : item;
    const last = items.at(-1);
    if (one.kind !== 'row' || one.look) items.push(one);
    else if (!one.items.length) continue;
    else if (isLevel(one, whole)) items.push(...one.items);
    else if (last?.kind === 'row' && !last.look && isLevel(one, last) && one.start >= last.end - NEAR) {
      items[items.length - 1] = row({ x: last.start, y: last.y, size: last.size }, null, [...last.items, ...one.items]);
    } else items.push(one);
  }
  const [only] = items;
  if (items.length === 1 && only.kind === 'row' && !only.look && !whole.look?.apart) {
    return { ...only, look: whole.look };
  }
  return row({ x: whole.start, y: whole.y, size: whole.size }, whole.look, items);
}

/**
 * @param {Row} one
 * @param {Row} other
 * @returns {boolean} whether they stand on one line in one size
 */
function isLevel(one, other) {
  return Math.abs(one.y - other.y) < NEAR && Math.abs(one.size - other.size) < ALIKE;
}

/**
 * What an author has said of a part of a formula; null: nothing.
 *
 * @param {LiteElement} node
 * @returns {Look | null}
 */
function lookOf(node) {
  let attributes = '';
  for (const [told, value] of node.attributes) {
    const name = told.replace(/^data-kept-/, 'data-');
    if ((name !== told || KEPT.has(name)) && value) attributes += ` ${name}="${escape(value)}"`;
  }
  const title = node.childNodes.find((child) => child.localName === 'title');
  if (title) attributes += ` title="${escape(title.textContent)}"`;
  const fill = node.getAttribute('fill');
  const color = fill && fill !== 'currentColor' && !/url\s*\(/i.test(fill) ? `color:${escape(fill)};` : '';
  const own = node.hasAttribute('style') ? styleOf(node) : '';
  if (!attributes && !color && !own) return null;
  return { href: '', attributes, style: color + own, apart: node.hasAttribute('style') && node.style.transform !== '' };
}

/**
 * An author's style, in the units of text: what turns it does so about a point from the line on
 * which it stands.
 *
 * @param {LiteElement} node
 */
function styleOf(node) {
  return leftToSay(node.style)
    .map(([name, value]) => {
      if (name === 'transform-origin') {
        const [x, y] = numbers(value);
        return `${name}:${x / 1000}em ${y / 1000 + MIDDLE}em;`;
      }
      const ems = name === 'transform' ? value.replace(PIXELS, (_, length) => `${length / 1000}em`) : value;
      return `${name === 'fill' ? 'color' : name}:${escape(ems)};`;
    })
    .join('');
}

/**
 * @param {string} path  absolute commands
 * @returns {[number, number, number, number]} left, bottom, right and top of its points
 */
function extent(path) {
  /** @type {number[][]} */
  const points = [[], []];
  let [x, y] = [0, 0];
  for (const [, command, list] of path.matchAll(/([MLHVQTCSZ])([^MLHVQTCSZ]*)/g)) {
    const values = numbers(list);
    if (command === 'H') [x] = values.slice(-1);
    else if (command === 'V') [y] = values.slice(-1);
    else if (values.length) [x, y] = values.slice(-2);
    if (command !== 'H' && command !== 'V') values.forEach((value, at) => points[at % 2].push(value));
    points[0].push(x);
    points[1].push(y);
  }
  return [Math.min(...points[0]), Math.min(...points[1]), Math.max(...points[0]), Math.max(...points[1])];
}
