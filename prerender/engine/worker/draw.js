/**
 * MathJax's SVG output (a DOM) in, our drawing (a string) out.
 *
 * What MathJax draws for a browser to restyle later, we draw once: the axis points down as in SVG
 * itself (so that CSS transforms of `\style` turn the right way), groups that only move what is in
 * them are gone, coordinates are whole thousandths of an em (a quarter of a pixel on a 4x screen at
 * 60 px type), and nothing stays that only scripts would read.
 */

const NUMBER = '[-+]?(?:\\d+\\.?\\d*|\\.\\d+)(?:e[-+]?\\d+)?';
const NUMBERS = new RegExp(NUMBER, 'gi');
const TRANSFORM = /(translate|scale|matrix|rotate)\(([^)]*)\)/g;

/** Attributes that mean the same in our drawing. */
const KEPT = new Set([
  'class', 'id', 'fill', 'stroke', 'stroke-width', 'stroke-dasharray', 'stroke-linecap',
  'stroke-linejoin', 'opacity', 'fill-opacity', 'font-size', 'font-family', 'font-style',
  'font-weight', 'pointer-events', 'preserveAspectRatio', 'target', 'text-anchor', 'xml:space',
  'fill-rule', 'role', 'aria-label',
]);
const SAFE_URL = /^(?:https?:|mailto:|tel:|[^:]*(?:[/?#]|$))/i;

/**
 * @typedef {object} Frame  where a node is drawn: an offset and a factor, y down
 * @property {number} x
 * @property {number} y
 */

/** @param {string} text */
export function escape(text) {
  return text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
}

/** @param {string | null} list */
function numbers(list) {
  return (list?.match(NUMBERS) ?? []).map(Number);
}

/** @param {number} value */
function whole(value) {
  return String(Math.round(value) || 0);
}

/** @param {number} value  a factor, to four digits */
function factor(value) {
  return String(Number(value.toFixed(4)));
}

/**
 * A transform that only moves and scales evenly, or null.
 *
 * @param {string | null} transform
 */
function simple(transform) {
  let [x, y, sx, sy] = [0, 0, 1, 1];
  for (const [, name, list] of (transform ?? '').matchAll(TRANSFORM)) {
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

/** Draws one formula; `glyphs` collects the outlines that it uses. */
export class Pen {
  /** @param {(id: string) => string} outline  from MathJax's id of a glyph to ours */
  constructor(outline) {
    this.outline = outline;
    /** @type {Set<string>} */
    this.glyphs = new Set();
  }

  /**
   * A top-level svg's picture.
   *
   * @param {Element} svg
   */
  picture(svg) {
    const table = svg.querySelector(':scope > g svg[data-table]');
    const full = svg.getAttribute('width') === '100%';
    const box = numbers(svg.getAttribute('viewBox') ?? svg.getAttribute('data-mjx-viewBox'));
    const [, top, width, height] = box;
    const around = full && table ? table.parentElement : null;
    const root = around ?? svg.querySelector(':scope > g');
    return {
      width: Math.round(width),
      height: Math.round(-top),
      depth: Math.round(height + top),
      full: around !== null,
      indent: svg instanceof SVGElement ? svg.style.marginLeft || svg.style.marginRight : '',
      body: around ? this.#columns(around) : this.#children(root, { x: 0, y: 0 }),
    };
  }

  /**
   * The table and its labels, which MathJax draws apart so that each keeps to its side.
   *
   * @param {Element} parent
   */
  #columns(parent) {
    return [...parent.children].map((svg) => this.#nested(svg, { x: 0, y: 0 }, true)).join('');
  }

  /**
   * @param {Element | null} parent
   * @param {Frame} at
   */
  #children(parent, at) {
    return [...(parent?.children ?? [])].map((child) => this.#node(child, at)).join('');
  }

  /**
   * @param {Element} node
   * @param {Frame} at
   * @returns {string}
   */
  #node(node, at) {
    switch (node.localName) {
      case 'g':
        return this.#group(node, at);
      case 'a':
        return this.#link(node, at);
      case 'use':
        return this.#glyph(node, at);
      case 'rect':
        return this.#rect(node, at);
      case 'line':
        return this.#line(node, at);
      case 'text':
        return this.#text(node, at);
      case 'svg':
        return this.#nested(node, at, false);
      case 'title':
      case 'desc':
        return `<${node.localName}>${escape(node.textContent ?? '')}</${node.localName}>`;
      case 'path':
      case 'ellipse':
      case 'circle':
      case 'polygon':
        return this.#shape(node, at);
      default:
        throw new Error(`There is no way to draw <${node.localName}> in a static page`);
    }
  }

  /**
   * @param {Element} node
   * @param {Frame} at
   */
  #group(node, at) {
    const kept = attributes(node);
    const moved = simple(node.getAttribute('transform'));
    const css = /** @type {SVGElement} */ (node).style?.transform;
    if (moved && moved.sx === 1 && moved.sy === 1 && !kept) {
      return this.#children(node, { x: at.x + moved.x, y: at.y + moved.y });
    }
    const inner = this.#children(node, { x: 0, y: 0 });
    if (!inner && !node.id) return '';
    if (css) return `<g${place(moved, at)}><g${kept}>${inner}</g></g>`;
    return `<g${place(moved, at)}${kept}>${inner}</g>`;
  }

  /**
   * @param {Element} node
   * @param {Frame} at
   */
  #link(node, at) {
    const href = node.getAttribute('href') ?? node.getAttributeNS('http://www.w3.org/1999/xlink', 'href');
    const inner = this.#children(node, at);
    if (!href || !SAFE_URL.test(href.trim())) return inner;
    return `<a href="${escape(href)}"${attributes(node)}>${inner}</a>`;
  }

  /**
   * @param {Element} node
   * @param {Frame} at
   */
  #glyph(node, at) {
    const href = node.getAttribute('href') ?? node.getAttribute('xlink:href') ?? '';
    const id = this.outline(href.slice(1));
    this.glyphs.add(id);
    const moved = simple(node.getAttribute('transform'));
    const [x, y] = [whole(at.x + (moved?.x ?? 0)), whole(at.y + (moved?.y ?? 0))];
    if (moved && (moved.sx !== 1 || moved.sy !== 1)) {
      return `<use href="#${id}"${place(moved, at)}${attributes(node)}/>`;
    }
    const where = (x === '0' ? '' : ` x="${x}"`) + (y === '0' ? '' : ` y="${y}"`);
    return `<use href="#${id}"${where}${attributes(node)}/>`;
  }

  /**
   * @param {Element} node
   * @param {Frame} at
   */
  #rect(node, at) {
    // MathJax's hot boxes: only a link has a use for one
    if (node.getAttribute('pointer-events') === 'all' && !node.closest('a')) return '';
    const box = this.#box(node, at);
    const radius = ['rx', 'ry'].map((r) => (node.hasAttribute(r) ? ` ${r}="${node.getAttribute(r)}"` : ''));
    const frame = node.hasAttribute('data-frame') ? ` fill="none" ${TABLE_LINE}${dashes(node)}` : '';
    return `<rect${box}${radius.join('')}${frame}${attributes(node)}/>`;
  }

  /**
   * x, y, width and height of a node that has them, upside down.
   *
   * @param {Element} node
   * @param {Frame} at
   */
  #box(node, at) {
    const moved = simple(node.getAttribute('transform'));
    const [x, y, w, h] = ['x', 'y', 'width', 'height'].map((name) => Number(node.getAttribute(name) ?? 0));
    const left = at.x + (moved?.x ?? 0) + x;
    const top = at.y + (moved?.y ?? 0) - y - h;
    return ` x="${whole(left)}" y="${whole(top)}" width="${whole(w)}" height="${whole(h)}"`;
  }

  /**
   * @param {Element} node
   * @param {Frame} at
   */
  #line(node, at) {
    const [x1, y1, x2, y2] = ['x1', 'y1', 'x2', 'y2'].map((name) => Number(node.getAttribute(name) ?? 0));
    const stroke = node.hasAttribute('data-line') ? ` ${TABLE_LINE}${dashes(node)}` : '';
    return (
      `<line x1="${whole(at.x + x1)}" y1="${whole(at.y - y1)}" x2="${whole(at.x + x2)}"` +
      ` y2="${whole(at.y - y2)}"${stroke}${attributes(node)}/>`
    );
  }

  /**
   * A shape whose coordinates we do not rewrite: drawn with the axis up.
   *
   * @param {Element} node
   * @param {Frame} at
   */
  #shape(node, at) {
    const shape = ['d', 'points', 'cx', 'cy', 'rx', 'ry', 'r']
      .filter((name) => node.hasAttribute(name))
      .map((name) => ` ${name}="${escape(node.getAttribute(name) ?? '')}"`)
      .join('');
    const turned = `translate(${whole(at.x)} ${whole(at.y)})scale(1-1)`;
    const own = node.getAttribute('transform') ?? '';
    return `<${node.localName}${shape} transform="${turned}${own}"${attributes(node)}/>`;
  }

  /**
   * Text in a font of the reader's; MathJax turns it over, which we do not have to.
   *
   * @param {Element} node
   * @param {Frame} at
   */
  #text(node, at) {
    const moved = simple((node.getAttribute('transform') ?? '').replace('scale(1,-1)', ''));
    const moving = place(moved, at);
    return `<text${moving}${attributes(node)}>${escape(node.textContent ?? '')}</text>`;
  }

  /**
   * A viewport inside the picture: it clips (the middle of a tall bracket), or keeps to a side.
   *
   * @param {Element} node
   * @param {Frame} at
   * @param {boolean} column  one that fills the picture's height and keeps to a side
   */
  #nested(node, at, column) {
    const [left, bottom, width, height] = numbers(node.getAttribute('viewBox'));
    const view = ` viewBox="${whole(left)} ${whole(column ? bottom : -bottom - height)} ${whole(width)} ${whole(height)}"`;
    const box = column ? ' overflow="visible"' : this.#box(node, at);
    const root = column ? node.firstElementChild : node;
    return `<svg${box}${view}${attributes(node)}>${this.#children(root, { x: 0, y: 0 })}</svg>`;
  }
}

/**
 * @param {{x: number, y: number, sx: number, sy: number} | null} moved
 * @param {Frame} at
 */
function place(moved, at) {
  const [x, y] = [whole(at.x + (moved?.x ?? 0)), whole(at.y + (moved?.y ?? 0))];
  const parts = x === '0' && y === '0' ? '' : `translate(${x} ${y})`;
  const { sx, sy } = moved ?? { sx: 1, sy: 1 };
  const scale = sx === 1 && sy === 1 ? '' : `scale(${factor(sx)}${sx === sy ? '' : ` ${factor(sy)}`})`;
  return parts || scale ? ` transform="${parts}${scale}"` : '';
}

/** What MathJax's style sheet says of lines in tables. */
const TABLE_LINE = 'stroke-width="70"';

/** @param {Element} node */
function dashes(node) {
  if (node.classList.contains('mjx-dashed')) return ' stroke-dasharray="140"';
  return node.classList.contains('mjx-dotted') ? ' stroke-dasharray="0 140" stroke-linecap="round"' : '';
}

/**
 * Properties that MathJax has drawn already, or that say nothing in SVG.
 */
const DRAWN = /^(?:border|padding|margin|background|display$|width$|height$|vertical-align$)/;

/** @param {Element} node */
function attributes(node) {
  let kept = '';
  for (const { name, value } of node.attributes) {
    if (!KEPT.has(name) || !value || /url\s*\(/i.test(value)) continue;
    if (name === 'class' && /^mjx-(solid|dashed|dotted)$/.test(value)) continue;
    kept += ` ${name}="${escape(value)}"`;
  }
  return kept + style(/** @type {SVGElement} */ (node).style);
}

/** @param {CSSStyleDeclaration} declared  what is left of a `\style` to say, without requests */
function style(declared) {
  const kept = [...declared]
    .filter((name) => !DRAWN.test(name))
    .map((name) => `${name}:${declared.getPropertyValue(name)}`)
    .filter((rule) => !/url\s*\(/i.test(rule));
  return kept.length ? ` style="${escape(kept.join(';'))}"` : '';
}
