/**
 * MathJax's SVG output (nodes.js) in, our drawing of it as text out: what `SvgWriter` does in SVG.
 */

import { numbers, SvgWriter } from '../draw.js';
import { beside, NoTextError, RowReader } from './read.js';
import { write } from './write.js';

/**
 * @typedef {import('../nodes.js').LiteElement} LiteElement
 * @typedef {import('./read.js').Row} Row
 * @typedef {import('./places.js').Letter} Letter
 *
 * @typedef {{side: string, content: Row}} Line  a row at a side of the line where the formula stands
 * @typedef {Row | Line[]} Content
 */

export { NoTextError };

/** Writes one formula; `glyphs` collects the characters of our font that it uses. */
export class TextWriter {
  /** @type {Set<string>} */
  glyphs = new Set();

  /** @param {(id: string) => Letter | null} letter  from MathJax's id of a glyph */
  constructor(letter) {
    const shapes = new SvgWriter(() => {
      throw new NoTextError('a glyph in a picture');
    });
    this.texts = shapes.texts;
    this.reader = new RowReader(
      (id) => {
        const found = letter(id);
        if (found) this.glyphs.add(found.character);
        return found;
      },
      (node) => shapes.alone(node),
    );
  }

  /**
   * A top-level svg: its box, in thousandths of an em, and what stands in it.
   *
   * @param {LiteElement} svg
   */
  picture(svg) {
    const [, top, width, height] = numbers(svg.getAttribute('viewBox'));
    return { ...box(top, width, height), content: this.reader.read(svg.firstElement) };
  }

  /**
   * The table of a numbered formula and its numbers.
   *
   * @param {LiteElement} svg
   */
  columns(svg) {
    const [, top, , height] = numbers(svg.getAttribute('data-mjx-viewBox'));
    return ['data-table', 'data-labels'].map((name) => {
      const column = svg.get((node) => node.hasAttribute(name));
      return { ...box(top, 0, height), content: this.reader.read(column.firstElement) };
    });
  }

  /** @param {Row} content */
  baselines({ items }) {
    return items.map((item) => (item.kind === 'row' ? -item.y : 0));
  }

  /**
   * @param {Row} first
   * @param {Row} second
   * @param {number} shift
   */
  beside(first, second, shift) {
    return beside(first, second, shift);
  }

  /**
   * @param {Content} content
   * @param {number} width
   * @returns {string[]}
   */
  body(content, width) {
    return [Array.isArray(content) ? content.map((line) => atSide(line, width)).join('') : write(content, width)];
  }

  /**
   * Text is written anew in each layout: what moves in it would need more than it is. The first has the ids.
   *
   * @param {{content: Content, width: number}[]} layouts
   */
  bodies(layouts) {
    const written = layouts.map(({ content, width }) => this.body(content, width));
    return written.map((body, at) => (at ? body.map((part) => part.replace(/ id="[^"]*"/g, '')) : body));
  }

  /**
   * Rows that stand at the sides of the whole line, however wide.
   *
   * @param {Line[]} rows
   */
  spread(rows) {
    return rows;
  }
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
 * @param {Line} line
 * @param {number} width  of the whole formula, in which it has its place
 */
function atSide({ side, content }, width) {
  const name = `l-${['left', 'right'].includes(side) ? side : 'center'}`;
  return `<${name}>${write(content, width)}</${name}>`;
}
