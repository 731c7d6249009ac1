/**
 * A compiled formula in, with the lines in which MathJax has set it; the content of a `math` of a page
 * out, in MathML Core: with ids, classes, links and styles, TeX's spaces, numbers, and lines as rows of
 * tables.
 */

import { SAFE_URL } from '../draw.js';
import { CLASSES } from '../layout/breaks.js';
import { isHarmless } from '../harmless.js';
import { braceIn, cellsOf, CoreWriter, element, labelOf, length, styles } from './core.js';
import { ems, indented, joinLines, linesOf, markLine } from './lines.js';

const { BIN, REL } = CLASSES;
const ROW = /^(mrow|TeXAtom|mstyle|math)$/;
const SCRIPT = /^m(sub|sup|subsup|multiscripts)$/;
/** em: a difference of spaces that nobody sees. */
const EPSILON = 0.002;

/**
 * @typedef {{left: number, right: number}} Room  beside an operator, in em
 * @typedef {Room & {form: string, isTold: boolean, isBare: boolean}} Placed  with its form, whether that has to
 *   be told, and whether it has no scripts
 *
 * @typedef {{before: string, kind: string, content: string}} Member  of a row: what is written before it, and it
 *
 * @typedef {object} Numbers  of the rows of a table that is the whole formula
 * @property {MJ.Node} table
 * @property {'left' | 'right'} side
 * @property {string} align  where the formula stands: left, center, right
 * @property {string} gap  the least space between the two
 * @property {boolean} isWide  whether its rows stand at the sides of the line
 * @property {boolean} isBelow  whether a number stands below its row
 */

/** Writes one formula, once. */
export class PageWriter extends CoreWriter {
  /** @type {MJ.Node[]} where lines end */
  breaks = [];
  /** @type {Map<MJ.Node, Placed>} */
  #placed = new Map();
  /** @type {Set<MJ.Node>} operators that are accents */
  #accents = new Set();
  /** Whether what is written goes over lines, so that fences cannot see what is between them. */
  #isBroken = false;
  /** Whether it is a brace beside rows. */
  #isBraced = false;

  /**
   * @param {Map<MJ.Node, MJ.Wrapper>} wrappers  MathJax's, of the formula's nodes
   * @param {(character: string, form: string, isTold: boolean) => Room} roomOf  what browsers put beside an operator
   * @param {Numbers | null} [numbers]
   * @param {Set<MJ.Node>} [ends]  where parts end, whose spaces stay: all other places are not broken at
   */
  constructor(wrappers, roomOf, numbers = null, ends) {
    super();
    this.ends = ends;
    this.wrappers = wrappers;
    this.roomOf = roomOf;
    this.numbers = numbers;
  }

  /** @param {MJ.Node} root */
  content(root) {
    return joinLines(this.lines(root), root.attributes.get('display') === 'block');
  }

  /** @param {MJ.Node} root */
  lines(root) {
    return linesOf(this.inside(root));
  }

  /** @param {MJ.Node} node */
  write(node) {
    const written = super.write(node);
    const href = node.isInferred ? undefined : node.attributes?.getExplicit('href');
    return href && SAFE_URL.test(String(href).trim()) ? linked(String(href), written) : written;
  }

  /** @param {MJ.Node} node */
  part(node) {
    return joinLines(linesOf(this.write(node)), Boolean(node.attributes.get('displaystyle')));
  }

  /** @param {MJ.Node} node */
  inside(node) {
    if (!node.isInferred && !node.isKind('mrow')) return super.inside(node);
    const outside = this.#isBroken;
    this.#isBroken = !this.ends && this.#hasLines(node);
    const written = this.series(node.childNodes, Boolean(node.parent?.isKind('mtd')));
    this.#isBroken = outside;
    return written;
  }

  /**
   * The children of a row, with TeX's spaces between them, and marks where lines end.
   *
   * @param {MJ.Node[]} children
   * @param {boolean} [isCell]  where an operator that is alone has no room of its own
   */
  series(children, isCell = false) {
    const { items, room: rest } = this.#items(children);
    const spaces = items.map(({ room, mark }) => (this.ends || !mark ? room : 0));
    // Between two operators, the space is that of the sign, or of the first
    const isBefore = (/** @type {number} */ index) =>
      index > 0 && items[index - 1].node.isEmbellished && (isSign(items[index - 1].node) || !isSign(items[index].node)) && (this.ends || !items[index].mark);
    const [first] = items;
    if (isCell && items.length === 1 && first.node.isEmbellished) {
      this.#place(first.node, 'infix', { left: 0, right: 0 });
      return first.mark + space(spaces[0]) + this.write(first.node) + space(rest);
    }
    const written = items.map(({ node, mark, again }, index) => {
      const isBeside = isBefore(index);
      const next = items[index + 1];
      const isFirst = index === 0 || Boolean(mark);
      const isLast = !next || Boolean(next.mark);
      const position = isFirst && isLast ? 'infix' : isFirst ? 'prefix' : isLast ? 'postfix' : 'infix';
      if (node.isEmbellished) this.#place(node, position, { left: isBeside ? 0 : spaces[index], right: next ? (isBefore(index + 1) ? spaces[index + 1] : 0) : rest });
      const before = again + mark + (isBeside || node.isEmbellished ? '' : space(spaces[index]));
      return { before, kind: kindOf(node), content: this.write(node) };
    });
    return evenly(written)
      .map(({ before, content }) => before + content)
      .join('');
  }

  /**
   * What of a row is written, each with the mark of a line's end, and the room, before it; `again`: the
   * sign that the line before it ends with, too; and the room at the end.
   *
   * @param {MJ.Node[]} children
   */
  #items(children) {
    /** @type {{node: MJ.Node, mark: string, again: string, room: number}[]} */
    const items = [];
    let due = '';
    let room = 0;
    for (const node of children) {
      const broken = node.isEmbellished ? node.coreMO() : node;
      const style = this.#breakAt(broken);
      const mark = style ? this.#mark(broken) : '';
      room += spaceBefore(node);
      if (isNothing(node)) {
        due ||= mark;
        continue;
      }
      items.push({ node, mark: due || (style === 'after' ? '' : mark), again: style === 'duplicate' ? this.write(node) : '', room });
      due = style === 'after' ? mark : '';
      room = 0;
    }
    return { items, room };
  }

  /**
   * @param {MJ.Node} node  that is an operator, perhaps with something around it
   * @param {string} inRow  the form that its place gives it, if nothing is around it
   * @param {Room} room
   */
  #place(node, inRow, room) {
    const mo = node.coreMO();
    if (this.#placed.has(mo)) return;
    const isBare = isBareRow(node, mo);
    const position = isBare ? inRow : 'infix';
    const given = mo.attributes.getExplicit('form');
    // What starts a line goes on with the one before
    const form = given ?? (isSign(mo) ? 'infix' : position);
    this.#placed.set(mo, { ...room, form, isTold: form !== position, isBare });
  }

  /** @param {MJ.Node} node  at which a line is broken */
  #mark(node) {
    this.breaks.push(node);
    const { attributes } = node;
    const em = (/** @type {string} */ name) => this.wrappers.get(node)?.length2em(attributes.get(name) ?? '0') ?? 0;
    const isAuthors = attributes.getExplicit('linebreak') === 'newline';
    const align = isAuthors ? (this.wrappers.get(node)?.jax.options.displayAlign ?? '') : '';
    return markLine({ align, shift: isAuthors ? 0 : em('indentshift'), leading: em('data-lineleading') });
  }

  /** @param {MJ.Node} node */
  #breakAt(node) {
    const style = this.wrappers.get(node)?.breakStyle ?? '';
    return this.ends && !this.ends.has(node) ? '' : style;
  }

  /**
   * Whether lines end within a row.
   *
   * @param {MJ.Node} node
   * @returns {boolean}
   */
  #hasLines(node) {
    if (this.#breakAt(node)) return true;
    const parts = node.isInferred || ROW.test(node.kind) ? node.childNodes : SCRIPT.test(node.kind) ? node.childNodes.slice(0, 1) : [];
    return parts.some((part) => this.#hasLines(part));
  }

  /** @param {MJ.Node} node */
  plain(node) {
    if (node.isKind('msqrt')) return this.root('msqrt', this.globals(node), this.part(node.childNodes[0]));
    if (node.isKind('mroot')) return this.root('mroot', this.globals(node), this.part(node.childNodes[0]) + this.write(node.childNodes[1]));
    if (!SCRIPT.test(node.kind)) return super.plain(node);
    // The script of what goes over lines stands in the last
    const [bare, ...scripts] = node.childNodes.map((child) => this.write(child));
    // In Chromium, what has a script has no size of its own, unless it is in a row
    const base = SIZED.test(bare) ? element('mrow', {}, bare) : bare;
    const cut = base.lastIndexOf('<@');
    if (cut < 0) return element(node.kind, this.globals(node), base + scripts.join(''));
    const lines = linesOf(base);
    const last = lines[lines.length - 1];
    last.content = element(node.kind, this.globals(node), element('mrow', {}, last.content) + scripts.join(''));
    return lines.map((line, index) => (index ? markLine(line) : '') + line.content).join('');
  }

  /**
   * @param {MJ.Node} node
   * @returns {import('./core.js').Attributes}
   */
  globals(node) {
    const { attributes } = node;
    const style = attributes.getExplicit('style');
    const names = attributes.getExplicitNames().filter((name) => name.startsWith('data-kept-'));
    return {
      ...super.globals(node),
      id: attributes.getExplicit('id'),
      class: attributes.getExplicit('class'),
      style: style && harmless(String(style)),
      ...Object.fromEntries(names.map((name) => [name.replace('data-kept-', 'data-'), String(attributes.getExplicit(name))])),
    };
  }

  /**
   * @param {MJ.Node} node
   * @returns {import('./core.js').Attributes}
   */
  spacing(node) {
    const given = super.spacing(node);
    const placed = this.#placed.get(node);
    const wrapper = this.wrappers.get(node);
    if (!placed) return given;
    const { content } = this.lettered(node);
    const usual = this.roomOf(content, placed.form, placed.isTold);
    const isSure = !UNSURE.test(content) && (placed.isBare || !SIGNED.test(content));
    const told = (/** @type {'left' | 'right'} */ side) => (isSure && Math.abs(placed[side] - usual[side]) < EPSILON ? undefined : ems(placed[side]));
    const isFence = node.attributes.get('stretchy') && wrapper?.stretch?.dir === VERTICAL;
    const isSized = given.minsize || given.maxsize;
    const size = isFence && (this.#isBroken || this.#isBraced) ? ems(wrapper.getBBox().h + wrapper.getBBox().d) : undefined;
    return {
      ...given,
      form: placed.isTold ? placed.form : undefined,
      // Firefox has larger ones for sums
      largeop: CIRCLED.test(node.getText()) ? 'false' : undefined,
      // What does not grow has the room of its largest form in browsers
      ...(isFence && !isSized && wrapper.size === 0 && { stretchy: 'false' }),
      // Signs that are fences here only grow where they are told to
      ...(size && !BRACKETS.test(node.getText()) && { stretchy: 'true' }),
      lspace: given.lspace && given.lspace !== '0' ? given.lspace : told('left'),
      rspace: given.rspace && given.rspace !== '0' ? given.rspace : told('right'),
      minsize: size ?? given.minsize,
      maxsize: size ?? given.maxsize,
    };
  }

  /** @param {MJ.Node} node  with something above or below it */
  limits(node) {
    for (const script of node.childNodes.slice(1)) {
      const mo = script?.isEmbellished ? script.coreMO() : null;
      if (mo?.attributes.get('accent')) this.#accents.add(mo);
    }
    return super.limits(node);
  }

  /** @param {MJ.Node} node */
  operator(node) {
    const written = super.operator(node);
    if (!this.#accents.has(node)) return written;
    const accent = ACCENTS[node.getText()];
    if (!accent) return written;
    this.glyphs.add(accent.text);
    return written.replace(/^<mo/, `<mo${accent.size}`).replace(/>[^<>]*</, `>${accent.text}<`);
  }

  /** @param {MJ.Node} node */
  table(node) {
    const written = super.table(node);
    if (this.numbers?.table === node) return written.replace(/^<mtable/, '<mtable style="width:100%"');
    const wrapper = this.wrappers.get(node);
    if (!wrapper || String(node.attributes.get('align')) === 'axis') return written;
    const { h: height, d: depth } = wrapper.getBBox();
    const [up, down] = [height, depth].map((one) => ems(Math.max(one, 0)));
    return element('mpadded', { height: up, depth: down, voffset: ems(height - (height + depth) / 2 - AXIS) }, written);
  }

  /**
   * @param {MJ.Node} node
   * @param {import('./core.js').Looks} looks
   */
  brace(node, looks) {
    this.#isBraced = true;
    const written = super.brace(node, looks);
    this.#isBraced = false;
    return written;
  }

  /**
   * A row of a table, with a row more for each line that its cells have more.
   *
   * @param {MJ.Node} node
   * @param {import('./core.js').Looks[]} looks
   */
  tableRows(node, looks) {
    const cells = cellsOf(node);
    const columns = cells.map((cell) => (braceIn(cell) ? [] : linesOf(this.inside(cell))));
    const count = Math.max(1, ...columns.map((lines) => lines.length));
    const broken = columns.findIndex((lines) => lines.length > 1);
    const rows = Array.from({ length: count }, (_, at) =>
      cells.map((cell, index) => {
        if (braceIn(cell)) return at ? '' : this.brace(cell, looks[index]);
        // What follows lines stands beside the last
        const line = columns[index][broken >= 0 && index > broken ? at - count + columns[index].length : at];
        if (!line) return '<mtd></mtd>';
        const [above, right, below, left] = looks[index].room;
        const room = [at ? ems(line.leading) : above, right, at + 1 < count ? '0' : below, left];
        const isBroken = columns[index].length > 1;
        const lines = styles(looks[index].lines, this.#isWide(node) && 'width:100%');
        return this.cell(cell, { ...looks[index], lines, room, side: isBroken ? line.align || 'left' : undefined }, isBroken ? indented(line) : line.content);
      }),
    );
    const numbered = this.numbers?.table === node.parent ? this.#numbered(node, rows, looks[0]?.room ?? []) : rows;
    return numbered.map((row, index) => element('mtr', index ? {} : this.globals(node), row.join('')));
  }

  /** @param {MJ.Node} row  whose table is as wide as its line */
  #isWide({ parent }) {
    return Boolean(this.numbers?.isWide && this.numbers.table === parent);
  }

  /**
   * Rows of cells with their number, and with what is free at their sides.
   *
   * @param {MJ.Node} node
   * @param {string[][]} rows
   * @param {string[]} room  of the first cell
   */
  #numbered(node, rows, [above = '0', , below = '0']) {
    const { side, align, gap, isWide, isBelow } = /** @type {Numbers} */ (this.numbers);
    const label = labelOf(node);
    const share = (/** @type {string} */ at) => (isWide || align === at ? undefined : align === 'center' ? 'width:50%' : 'width:100%');
    const free = (/** @type {string} */ at) => (isWide && at !== side ? '' : element('mtd', { style: share(at) }, ''));
    const number = (/** @type {Record<string, string | undefined>} */ more, /** @type {string[]} */ padding) => {
      if (!label) return free(side);
      const style = styles(`padding:${padding.join(' ')}`, `text-align:${side}`, side === 'right' && 'text-align:-webkit-right', more.columnspan ? '' : share(side));
      return element('mtd', { ...this.globals(label), ...more, style }, this.inside(label));
    };
    const beside = side === 'right' ? [above, '0', below, gap] : [above, gap, below, '0'];
    const isFirst = (/** @type {number} */ index) => index === 0 && !isBelow;
    const written = rows.map((row, index) => {
      const told = isFirst(index) ? number({}, beside) : free(side);
      return side === 'right' ? [free('left'), ...row, told] : [told, ...row, free('right')];
    });
    if (!isBelow || !label) return written;
    return [...written, [number({ columnspan: String(written[0].length) }, ['.2em', '0', below, '0'])]];
  }
}

/** Accents by what MathJax has for them: of the size of letters, and such as stretch. */
/** @type {Record<string, {text: string, size: string}>} */
const ACCENTS = {
  '^': { text: '\u02c6', size: '' },
  '~': { text: '\u02dc', size: '' },
  '\u2192': { text: '\u2192', size: ' mathsize="70%"' },
};
/** Beside these, browsers have not the same room. */
const UNSURE = /^[~‖…‿⁁∁∟∣∥∴∵⊾⊿⋯⎰⎱■-◿♭♮♯⧜]$/;
const BRACKETS = /^[()[\]{}⟨⟩⌊⌋⌈⌉]$/;
const SIZED = /^<mo [^<>]*minsize=/;
const UNSEEN = /^[\u2061-\u2064]$/;
const BASED = /^m(sub|sup|subsup|multiscripts|over|under|underover)$/;
const CIRCLED = /^[⊎⊕⊖⊗⊙]$/;
/** Of these, browsers have other room at the start of a row, and do not agree where that is if they have scripts. */
const SIGNED = /^[+−±∓]$/;
const SIDES_OF_BOX = ['border-top', 'border-right', 'border-bottom', 'border-left'];
/** em: where browsers have the middle of a table. */
const AXIS = 0.258;
/** MathJax's DIRECTION. */
const VERTICAL = 'v';

/**
 * What shows nothing: a place where a line may end, `{}`, a fence that is not there.
 *
 * @param {MJ.Node} node
 * @returns {boolean}
 */
function isNothing(node) {
  if (node.isInferred) return node.childNodes.every(isNothing);
  if (['id', 'class', 'href'].some((name) => node.attributes.getExplicit(name))) return false;
  if (node.isKind('mspace')) return ['width', 'height', 'depth'].every((name) => node.attributes.getExplicit(name) === undefined);
  if (node.isKind('TeXAtom')) return node.childNodes.every(isNothing);
  return node.isToken && !node.childNodes.some((child) => !child.isKind('text') || child.getText());
}

/**
 * Whether nothing is written around an operator.
 *
 * @param {MJ.Node} node
 * @param {MJ.Node} mo  in it
 * @returns {boolean}
 */
function isBareRow(node, mo) {
  if (node === mo) return true;
  if (!node.isInferred && !(ROW.test(node.kind) && !node.attributes.getExplicitNames().some((name) => !name.startsWith('data-')))) return false;
  const solid = node.childNodes.filter((child) => child.isInferred || !isNothing(child));
  return solid.length === 1 && isBareRow(solid[0], mo);
}

/**
 * What Firefox takes the member of a row for: it has spaces between some kinds, which no specification has.
 *
 * @param {MJ.Node} node
 * @returns {'operator' | 'unseen' | 'fraction' | 'upright' | 'italic' | 'other'}
 */
function kindOf(node) {
  if (node.isEmbellished) return UNSEEN.test(node.coreMO().getText()) ? 'unseen' : 'operator';
  if (node.isKind('mfrac')) return 'fraction';
  if (node.isKind('mi')) return [...node.getText()].length > 1 || node.attributes.get('mathvariant') === 'normal' ? 'upright' : 'italic';
  if (BASED.test(node.kind)) return kindOf(node.childNodes[0]);
  if (!node.isInferred && !ROW.test(node.kind)) return 'other';
  const solid = node.childNodes.filter((child) => !isNothing(child));
  return solid.length === 1 ? kindOf(solid[0]) : 'other';
}

/**
 * The members of a row, those in boxes of their own beside which Firefox would have spaces otherwise.
 *
 * @param {Member[]} members
 * @returns {Member[]}
 */
function evenly(members) {
  const before = besides(members, (one) => one);
  const after = besides([...members].reverse(), (_, beside) => beside).reverse();
  return members.map((one, index) => {
    const kinds = [before[index], after[index]];
    const isSpaced = one.kind === 'fraction' ? kinds.some((kind) => kind !== 'operator') : one.kind === 'upright' && kinds.includes('italic');
    return isSpaced ? { ...one, content: element('mpadded', {}, one.content) } : one;
  });
}

/**
 * The kinds of what stands before each member of a row; what is applied counts as a letter.
 *
 * @param {Member[]} members
 * @param {(one: Member, beside: Member) => Member} laterOf  the one that has the space between them
 */
function besides(members, laterOf) {
  /** @type {Member | null} */
  let beside = null;
  let isApplied = false;
  return members.map((one) => {
    const isBare = !beside || beside.kind === 'operator';
    const kind = isBare ? 'operator' : isApplied ? 'italic' : laterOf(one, /** @type {Member} */ (beside)).before ? 'other' : /** @type {Member} */ (beside).kind;
    isApplied = one.kind === 'unseen';
    if (!isApplied) beside = one;
    return kind;
  });
}

/**
 * A relation or a binary operator.
 *
 * @param {MJ.Node} node
 */
function isSign(node) {
  return node.isEmbellished && [BIN, REL].includes(node.coreMO().texClass);
}

/**
 * TeX's space before what stands in a row, in em.
 *
 * @param {MJ.Node} node
 */
function spaceBefore(node) {
  const told = length(node.texSpacing());
  return told ? parseFloat(told) : 0;
}

/** @param {number} width  em */
function space(width) {
  return width ? element('mspace', { width: ems(width) }, '') : '';
}

/** @param {string} style  as the author has written it */
function harmless(style) {
  const probe = document.createElement('i');
  probe.style.cssText = style;
  const valueOf = (/** @type {string} */ name) => probe.style.getPropertyValue(name);
  const borders = (valueOf('border') ? ['border'] : SIDES_OF_BOX).filter(valueOf);
  const kept = [...[...probe.style].filter((name) => isHarmless(name, valueOf(name))), ...borders];
  return kept.map((name) => `${name}:${valueOf(name)}`).join(';') || undefined;
}

/**
 * MathML Core has no links, but texts may have HTML in them.
 *
 * @param {string} href
 * @param {string} written
 */
function linked(href, written) {
  const open = element('a', { href }, '').replace('</a>', '');
  const text = /^<mtext([^<>]*)>([^<>]*)<\/mtext>$/.exec(written);
  if (text) return `<mtext${text[1]}>${open}${text[2]}</a></mtext>`;
  return `<mtext>${open}<math>${written}</math></a></mtext>`;
}
