/**
 * A compiled formula in; its layouts, or the parts of an inline one, in MathML Core out.
 *
 * MathJax finds where lines end, by its own font; how wide they are is measured as browsers draw them
 * in the font of our pages.
 */

import { depthsOfBreaks, joined } from '../layout/inline.js';
import { indentOf, layouts, sidesOf } from '../layout/layouts.js';
import { NARROWEST, X_HEIGHT } from '../protocol.js';
import { boxesOf, roomOf } from './boxes.js';
import { braceIn, cellsOf } from './core.js';
import { PageWriter } from './writer.js';

/**
 * @typedef {import('../protocol.js').Layout} Layout
 * @typedef {{body: string, below: string, isFull: boolean}} Written  `below`: with its numbers below
 */

/** How much narrower a layout has to be than the one before. */
const STEP = 0.03;
/** Thousandths of an em: browsers round up how deep glyphs of a text's size are, to whole pixels. */
const ROUNDED = 30;
/** What columns take of a line is nothing where only the formula is measured. */
const SHARE = /;?width:(?:50|100)%/g;

/** Writes one formula; `glyphs` collects the characters of our font that it uses. */
export class MathmlForm {
  /** @type {Set<string>} */
  glyphs = new Set();

  /**
   * The layouts of a display, widest first.
   *
   * @param {MJ.Document} doc
   * @param {MJ.Item} item
   * @returns {Layout[]}
   */
  display(doc, item) {
    const isWide = sidesOf(item.root) !== null;
    const found = layouts(item, doc, { signs: doc.signs, write: (root, isNatural) => this.#layout(root, item.root, isNatural && isWide) });
    const written = found.map(({ written: one, ...layout }) => ({ ...layout, .../** @type {Written} */ (one) }));
    const last = written[written.length - 1];
    if (last.below && last.width > NARROWEST) written.push({ ...last, body: last.below });
    const widths = boxesOf(written.map(({ body }) => `<math display="block">${body.replace(SHARE, '')}</math>`)).map(({ width }) => width);
    /** @type {Layout[]} */
    const kept = [];
    written.forEach(({ height, depth, body, isFull, dom }, index) => {
      if (index && widths[index] > kept[kept.length - 1].width * (1 - STEP)) return;
      const content = index ? body.replace(/ id="[^"]*"/g, '') : body;
      kept.push({ width: widths[index], height: height * X_HEIGHT, depth: depth * X_HEIGHT, body: [content], tag: null, indent: isFull ? 0 : indentOf(dom.get((node) => node.localName === 'svg')), full_width: isFull });
    });
    return kept;
  }

  /**
   * @param {MJ.Wrapper} root
   * @param {MJ.Node} node
   * @param {boolean} isWide
   * @returns {Written}
   */
  #layout({ jax }, node, isWide) {
    const table = jax.table?.hasLabels || isWide ? node.childNodes[0].childNodes[0] : null;
    if (!table) return { body: this.#write(jax, node, null), below: '', isFull: false };
    const { attributes } = table;
    const numbers = { table, side: attributes.get('side'), align: jax.options.displayAlign, gap: attributes.get('minlabelspacing'), isWide, isBelow: false };
    const body = this.#write(jax, node, numbers);
    const canBeBelow = jax.table?.hasLabels && !isWide && !cellsOf(table.childNodes[0]).some(braceIn);
    const below = canBeBelow ? this.#write(jax, node, { ...numbers, isBelow: true }) : '';
    return { body, below, isFull: true };
  }

  /**
   * @param {MJ.OutputJax} jax
   * @param {MJ.Node} node
   * @param {import('./writer.js').Numbers | null} numbers
   */
  #write({ nodeMap }, node, numbers) {
    const writer = new PageWriter(nodeMap, roomOf, numbers);
    const body = writer.content(node);
    for (const one of writer.glyphs) this.glyphs.add(one);
    return body;
  }

  /**
   * The parts of an inline formula.
   *
   * @param {MJ.Document} doc
   * @param {MJ.Item} item
   * @param {Omit<Layout, 'body'>[]} drawn  those that MathJax has drawn
   * @returns {Layout[]}
   */
  inline({ outputJax }, item, drawn) {
    /** @type {Map<MJ.Node, MJ.Wrapper>} */
    const nodeMap = new Map();
    outputJax.drawn?.walkTree((wrapper) => nodeMap.set(wrapper.node, wrapper));
    const all = new PageWriter(nodeMap, roomOf);
    all.lines(item.root);
    const isKnown = all.breaks.length === drawn.length - 1;
    const parts = drawn.map((part, index) => ({ ...part, content: [index] }));
    const whole = joined(/** @type {any} */ (parts), depthsOfBreaks(item.root), (a, b) => [...a, ...b]);
    const starts = new Set(whole.map(({ content }) => content[0]));
    const writer = new PageWriter(nodeMap, roomOf, null, new Set(all.breaks.filter((_, index) => isKnown && starts.has(index + 1))));
    const lines = writer.lines(item.root);
    for (const one of writer.glyphs) this.glyphs.add(one);
    const boxes = boxesOf(lines.map(({ content }) => `<math>${content}</math>`));
    return lines.map(({ content }, index) => {
      const { width, height, depth } = boxes[index];
      return { width, height, depth: depth + ROUNDED, break_before: (isKnown ? whole[index] : whole[0]).break_before, body: [content] };
    });
  }
}
