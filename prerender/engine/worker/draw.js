/**
 * MathJax's SVG output (nodes.js) in, our drawing (a string) out.
 *
 * What MathJax draws for a browser to restyle later, we draw once: the axis points down as in SVG
 * itself (so that CSS transforms of `\style` turn the right way), groups that only move what is in
 * them are gone, coordinates are whole thousandths of an em (a quarter of a pixel on a 4x screen at
 * 60 px type), and nothing stays that only scripts would read.
 */

import { isHarmlessAttribute, isHarmless } from './harmless.js';
import { LiteText } from './nodes.js';

const NUMBER = '[-+]?(?:\\d+\\.?\\d*|\\.\\d+)(?:e[-+]?\\d+)?';
const NUMBERS = new RegExp(NUMBER, 'gi');
const TRANSFORM = /(translate|scale|matrix|rotate)\(([^)]*)\)/g;

/** Attributes that mean the same in our drawing. */
const KEPT = new Set([
  'class', 'id', 'fill', 'stroke', 'stroke-width', 'stroke-dasharray', 'stroke-linecap',
  'stroke-linejoin', 'opacity', 'fill-opacity', 'font-size', 'font-family', 'font-style',
  'font-weight', 'pointer-events', 'preserveAspectRatio', 'target', 'text-anchor', 'xml:space',
  'fill-rule', 'role', 'aria-label', 'direction', 'textLength', 'lengthAdjust',
]);
/** What a link may lead to. */
export const SAFE_URL = /^(?:https?:|mailto:|tel:|[^:]*(?:[/?#]|$))/i;

/**
 * @typedef {import('./nodes.js').LiteElement} LiteElement
 *
 * @typedef {object} Frame  where a node is drawn: an offset and a factor, y down
 * @property {number} x
 * @property {number} y
 */

/** What XML has no way to write (https://www.w3.org/TR/xml/#charsets): a page that is XML could not be read. */
const UNWRITABLE = /[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

/** @param {string} text */
export function escape(text) {
  const found = UNWRITABLE.exec(text);
  if (found) throw new Error(`there is no character U+${found[0].codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')} in a page`);
  return text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
}

/** @param {string | null} list */
export function numbers(list) {
  return (list?.match(NUMBERS) ?? []).map(Number);
}

/** @param {number} value */
function whole(value) {
  return String(Math.round(value) || 0);
}

/** @param {number} value  a factor, to four digits */
function factor(value) {
  return String(Number(value.toFixed(4))).replace(/^(-?)0\./, '$1.');
}

/**
 * Where a node is drawn, axis down, if it is only moved and resized; else null.
 *
 * @param {LiteElement} node
 * @param {string | null} transform
 */
export function simple(node, transform = node.getAttribute('transform')) {
  let [x, y, sx, sy] = [node.x, node.y, node.scale, node.scale];
  for (const [, name, list] of transform?.matchAll(TRANSFORM) ?? []) {
    const [a, b] = numbers(list);
    if (name === 'translate') {
      x += sx * a;
      y += sy * (b ?? 0);
    } else if (name === 'scale') {
      sx *= a;
      sy *= b ?? a;
    } else {
      return null;
    }
  }
  return { x, y: -y, sx, sy };
}

/**
 * Where a group is drawn, and what is in it. MathJax moves one with an id up by its height, for
 * browsers to scroll to its top, and what is in it down again; a number then has the place of its row.
 *
 * @param {LiteElement} node
 */
export function placed(node) {
  const moved = simple(node);
  const inside = node.childNodes.find(isIdBox);
  const back = inside && simple(inside);
  if (!moved || !back) return { moved, inside: node };
  return { moved: { ...moved, y: moved.y + back.y * moved.sy }, inside };
}

/**
 * @param {LiteElement | LiteText} child
 * @returns {child is LiteElement}
 */
function isIdBox(child) {
  return !(child instanceof LiteText) && child.localName === 'g' && child.hasAttribute('data-idbox');
}

/**
 * What is drawn at one place: a glyph, a rule, a group with a scale or colour of its own.
 *
 * @typedef {object} Mark
 * @property {number} x
 * @property {number} y
 * @property {(x: number, y: number) => string} at  its markup at a place
 * @property {(where: string) => string} [scaled]  the markup of a glyph with a transform
 */

/** Draws one formula; `glyphs` collects the outlines that it uses. */
export class SvgWriter {
  /** @param {(id: string) => string} outline  from MathJax's id of a glyph to ours */
  constructor(outline) {
    this.outline = outline;
    /** @type {Set<string>} */
    this.glyphs = new Set();
    /** @type {Set<string>} what it leaves to the reader's fonts */
    this.texts = new Set();
  }

  /**
   * A top-level svg: its box, in thousandths of an em, and its marks.
   *
   * @param {LiteElement} svg
   */
  picture(svg) {
    const [, top, width, height] = numbers(svg.getAttribute('viewBox'));
    return { ...box(top, width, height), content: this.#children(svg.firstElement, ORIGIN) };
  }

  /**
   * The table of a numbered formula and its numbers, which MathJax draws apart, each as a picture.
   *
   * @param {LiteElement} svg
   */
  columns(svg) {
    const [, top, , height] = numbers(svg.getAttribute('data-mjx-viewBox'));
    return ['data-table', 'data-labels'].map((name) => {
      const column = svg.get((node) => node.hasAttribute(name));
      return { ...box(top, 0, height), content: this.#children(column.firstElement, ORIGIN) };
    });
  }

  /** @param {LiteElement} node  one that stands alone in a picture; its markup, from the origin of what is around it */
  alone(node) {
    return drawing(this.#node(node, ORIGIN));
  }

  /**
   * @param {LiteElement} parent
   * @param {Frame} at
   * @returns {Mark[]}
   */
  #children(parent, at) {
    return parent.childNodes.flatMap((child) => this.#node(child, at));
  }

  /**
   * @param {LiteElement | LiteText} node
   * @param {Frame} at
   * @returns {Mark[]}
   */
  #node(node, at) {
    if (node instanceof LiteText) throw new Error('There is no way to draw a text outside of <text>');
    switch (node.localName) {
      case 'g':
        return this.#group(node, at);
      case 'a':
        return this.#link(node, at);
      case 'use':
        return [this.#glyph(node, at)];
      case 'rect':
        return this.#rect(node, at);
      case 'line':
        return [this.#line(node, at)];
      case 'text':
        return [this.#text(node, at)];
      case 'svg':
        return [this.#viewport(node, at)];
      case 'title':
      case 'desc':
        return [this.#words(node)];
      case 'path':
      case 'ellipse':
      case 'circle':
      case 'polygon':
        return [this.#shape(node, at)];
      case 'defs':
        return [];
      default:
        throw new Error(`There is no way to draw <${node.localName}> in a static page`);
    }
  }

  /**
   * @param {LiteElement} node
   * @param {Frame} at
   */
  #group(node, at) {
    const kept = attributes(node);
    const { moved, inside } = placed(node);
    if (moved && moved.sx === 1 && moved.sy === 1 && !kept) {
      return this.#children(inside, { x: at.x + moved.x, y: at.y + moved.y });
    }
    const children = this.#children(inside, ORIGIN);
    const glyphs = children.flatMap(({ x, y, scaled }) => (scaled ? [{ x, y, scaled }] : []));
    if (moved && !kept && glyphs.length === children.length) {
      // Each by itself, so that a run can begin before a script and go on behind it
      const { sx, sy } = moved;
      return glyphs.map(({ x, y, scaled }) =>
        mark(at, { x: moved.x + sx * x, y: moved.y + sy * y, sx, sy }, scaled),
      );
    }
    const inner = drawing(children);
    if (!inner && !node.getAttribute('id')) return [];
    const turned = node.hasAttribute('style') && node.style.transform;
    const content = turned ? `<g${kept}>${inner}</g>` : inner;
    return [mark(at, moved, (where) => `<g${where}${turned ? '' : kept}>${content}</g>`)];
  }

  /**
   * @param {LiteElement} node
   * @param {Frame} at
   */
  #link(node, at) {
    const href = node.getAttribute('href') ?? node.getAttribute('xlink:href');
    if (!href || !SAFE_URL.test(href.trim())) return this.#children(node, at);
    const inner = drawing(this.#children(node, ORIGIN));
    const open = `<a xlink:href="${escape(href)}"${attributes(node)}`;
    return [mark(at, null, (where) => `${open}${where}>${inner}</a>`)];
  }

  /**
   * @param {LiteElement} node
   * @param {Frame} at
   */
  #glyph(node, at) {
    const id = this.outline((node.getAttribute('href') ?? node.getAttribute('xlink:href') ?? '').slice(1));
    this.glyphs.add(id);
    const moved = simple(node);
    const kept = attributes(node);
    if (moved && (moved.sx !== 1 || moved.sy !== 1)) {
      return mark(at, moved, (where) => `<use href="#${id}"${where}${kept}/>`);
    }
    const draw = (/** @type {number} */ x, /** @type {number} */ y) =>
      `<use href="#${id}"${coordinate('x', x)}${coordinate('y', y)}${kept}/>`;
    const scaled = (/** @type {string} */ where) => `<use href="#${id}"${where}${kept}/>`;
    return { x: at.x + (moved?.x ?? 0), y: at.y + (moved?.y ?? 0), at: draw, scaled };
  }

  /**
   * @param {LiteElement} node
   * @param {Frame} at
   * @returns {Mark[]}
   */
  #rect(node, at) {
    // MathJax's hot boxes: only a link has a use for one
    if (node.getAttribute('pointer-events') === 'all' && !isLinked(node)) return [];
    const frame = node.hasAttribute('data-frame') ? ` fill="none" ${TABLE_LINE}${dashes(node)}` : '';
    const radius = ['rx', 'ry'].map((r) => (node.hasAttribute(r) ? ` ${r}="${node.getAttribute(r)}"` : ''));
    return [boxed(node, at, (where) => `<rect${where}${radius.join('')}${frame}${attributes(node)}/>`)];
  }

  /**
   * @param {LiteElement} node
   * @param {Frame} at
   * @returns {Mark}
   */
  #line(node, at) {
    const [x1, y1, x2, y2] = ['x1', 'y1', 'x2', 'y2'].map((name) => Number(node.getAttribute(name) ?? 0));
    const look = (node.hasAttribute('data-line') ? ` ${TABLE_LINE}${dashes(node)}` : '') + attributes(node);
    const draw = (/** @type {number} */ x, /** @type {number} */ y) =>
      `<line x1="${whole(x)}" y1="${whole(y)}" x2="${whole(x + x2 - x1)}" y2="${whole(y - y2 + y1)}"${look}/>`;
    return { x: at.x + x1, y: at.y - y1, at: draw };
  }

  /**
   * A shape whose coordinates we do not rewrite: drawn with the axis up.
   *
   * @param {LiteElement} node
   * @param {Frame} at
   * @returns {Mark}
   */
  #shape(node, at) {
    const shape = ['d', 'points', 'cx', 'cy', 'rx', 'ry', 'r']
      .filter((name) => node.hasAttribute(name))
      .map((name) => ` ${name}="${escape(node.getAttribute(name) ?? '')}"`)
      .join('');
    const scale = node.scale === 1 ? '' : `scale(${factor(node.scale)})`;
    const rest = `scale(1-1)${scale}${node.getAttribute('transform') ?? ''}"${attributes(node)}/>`;
    const draw = (/** @type {number} */ x, /** @type {number} */ y) =>
      `<${node.localName}${shape} transform="translate(${whole(x)} ${whole(y)})${rest}`;
    return { x: at.x + node.x, y: at.y - node.y, at: draw };
  }

  /**
   * Text in a font of the reader's; MathJax turns it over, which we do not have to.
   *
   * @param {LiteElement} node
   * @param {Frame} at
   */
  #text(node, at) {
    const moved = simple(node, (node.getAttribute('transform') ?? '').replace('scale(1,-1)', ''));
    this.texts.add(node.textContent);
    const rest = `${attributes(node)}>${escape(node.textContent)}</text>`;
    return mark(at, moved, (where) => `<text${where}${rest}`);
  }

  /**
   * A viewport inside the picture, which clips: the middle of a tall bracket.
   *
   * @param {LiteElement} node
   * @param {Frame} at
   */
  #viewport(node, at) {
    const [left, bottom, width, height] = numbers(node.getAttribute('viewBox'));
    const view = ` viewBox="${whole(left)} ${whole(-bottom - height)} ${whole(width)} ${whole(height)}"`;
    const inner = drawing(this.#children(node, ORIGIN));
    return boxed(node, at, (where) => `<svg${where}${view}${attributes(node)}>${inner}</svg>`);
  }

  /**
   * @param {LiteElement} node  what a browser shows when the pointer rests on the drawing
   * @returns {Mark}
   */
  #words(node) {
    const markup = `<${node.localName}>${escape(node.textContent ?? '')}</${node.localName}>`;
    return { x: 0, y: 0, at: () => markup };
  }
}

/** @type {Frame} */
const ORIGIN = { x: 0, y: 0 };

/** How far a mark may be drawn from its place, in thousandths of an em: a 32nd of a pixel at 16 px. */
const DRIFT = 2;

/**
 * The markup of marks, each at its place. Steps from one to the next are rounded, not places, so
 * that what stands alike in two formulas is alike in its coordinates too.
 *
 * @param {Mark[]} marks
 */
export function drawing(marks) {
  let [place, drawn] = [0, 0];
  return marks
    .map(({ x, y, at }) => {
      const next = drawn + Math.round(x - place);
      drawn = Math.abs(next - x) > DRIFT ? Math.round(x) : next;
      place = x;
      return at(drawn, y);
    })
    .join('');
}

/**
 * @param {number} top
 * @param {number} width
 * @param {number} height
 */
function box(top, width, height) {
  return { width, height: -top, depth: Number((height + top).toFixed(1)) };
}

/**
 * A mark that is placed by a transform.
 *
 * @param {Frame} frame
 * @param {{x: number, y: number, sx: number, sy: number} | null} moved
 * @param {(where: string) => string} draw
 * @returns {Mark}
 */
function mark(frame, moved, draw) {
  const { sx, sy } = moved ?? { sx: 1, sy: 1 };
  const scale = sx === 1 && sy === 1 ? '' : `scale(${factor(sx)}${sx === sy ? '' : ` ${factor(sy)}`})`;
  const at = (/** @type {number} */ x, /** @type {number} */ y) => {
    const [left, top] = [whole(x), whole(y)];
    const parts = left === '0' && top === '0' ? '' : `translate(${left} ${top})`;
    return draw(parts || scale ? ` transform="${parts}${scale}"` : '');
  };
  return { x: frame.x + (moved?.x ?? 0), y: frame.y + (moved?.y ?? 0), at };
}

/**
 * A mark that has x, y, width and height; turned over, its top is its place.
 *
 * @param {LiteElement} node
 * @param {Frame} frame
 * @param {(where: string) => string} draw
 * @returns {Mark}
 */
function boxed(node, frame, draw) {
  const moved = simple(node);
  const [x, y, w, h] = ['x', 'y', 'width', 'height'].map((name) => Number(node.getAttribute(name) ?? 0));
  const size = ` width="${whole(w)}" height="${whole(h)}"`;
  const at = (/** @type {number} */ left, /** @type {number} */ top) =>
    draw(`${coordinate('x', left)}${coordinate('y', top)}${size}`);
  return { x: frame.x + (moved?.x ?? 0) + x, y: frame.y + (moved?.y ?? 0) - y - h, at };
}

/**
 * @param {string} name
 * @param {number} value
 */
function coordinate(name, value) {
  const text = whole(value);
  return text === '0' ? '' : ` ${name}="${text}"`;
}

/** What MathJax's style sheet says of lines in tables. */
const TABLE_LINE = 'stroke-width="70"';

/**
 * @param {LiteElement | null} node
 * @returns {boolean} whether it stands in a link
 */
function isLinked(node) {
  return node !== null && (node.localName === 'a' || isLinked(node.parentNode));
}

/** @param {LiteElement} node */
export function dashes(node) {
  if (node.classes.has('mjx-dashed')) return ' stroke-dasharray="140"';
  return node.classes.has('mjx-dotted') ? ' stroke-dasharray="0 140" stroke-linecap="round"' : '';
}

/**
 * Properties that MathJax has drawn already, or that say nothing in SVG.
 */
const DRAWN = /^(?:border|padding|margin|background|display$|width$|height$|vertical-align$)/;

/**
 * What else there is to say of a node; MathJax says how thick a line is as an attribute or, of the
 * path of a long division, as a style.
 *
 * @param {LiteElement} node
 */
function attributes(node) {
  let kept = '';
  for (const [told, value] of node.attributes) {
    const name = told.replace(/^data-kept-/, 'data-');
    kept += attribute(name, value, name !== told);
  }
  for (const name in node.box) kept += attribute(name, node.box[name]);
  return node.hasAttribute('style') ? kept + style(node.style) : kept;
}

/**
 * @param {string} name
 * @param {string} value
 * @param {boolean} [own]  whether the author has given it
 */
function attribute(name, value, own = false) {
  if (!(own || KEPT.has(name)) || !value || !isHarmlessAttribute(name, value)) return '';
  if (name === 'class' && /^mjx-(solid|dashed|dotted)$/.test(value)) return '';
  return ` ${name}="${escape(value)}"`;
}

/**
 * @param {CSSStyleDeclaration} declared
 * @returns {[string, string][]} what is left of a `\\style` to say, if it only changes looks
 */
export function leftToSay(declared) {
  return [...declared]
    .filter((name) => !DRAWN.test(name) && isHarmless(name, declared.getPropertyValue(name)))
    .map((name) => /** @type {[string, string]} */ ([name, declared.getPropertyValue(name)]));
}

/** @param {CSSStyleDeclaration} declared */
function style(declared) {
  const kept = leftToSay(declared).map(([name, value]) => `${name}:${value}`);
  return kept.length ? ` style="${escape(kept.join(';'))}"` : '';
}
