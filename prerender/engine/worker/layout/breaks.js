/**
 * Where a formula may be broken, and what each break costs.
 *
 * A chance to break is a zero-width mspace put between two siblings of a compiled formula: MathJax
 * can start a line at any mspace, and gives it an indentation of its own. Nothing else in the tree
 * changes, and `close()` takes all of it out again.
 */
import { joinWords } from '../words.js';
import { adopt, isProof, isRigid } from './fold.js';

/**
 * What a break costs, in points. A line more costs `LINE` (see breaker.js), so one line more is
 * worth avoiding any break of 20 points; two relations are better than one product.
 * @type {Record<string, number>}
 */
export const PENALTY = {
  connective: -15, // before ⇒ ⇔ ⟹ ⟺ outside fences
  condition: -10, //  at a \quad or wider: ", \quad x > 0"
  statement: -5, //   after a comma with a relation on both sides: "a = b, c = d"
  relation: 0, //     before = < ≤ ∈ → … outside fences
  later: 15, //       before a relation that has a condition, a statement or a connective before it
  sum: 20, //         before + − ± ∪ ∨ …
  text: 20, //        before or after the words of \text, not inside them
  clause: 30, //      after a comma outside fences
  comma: 30, //       after a comma inside fences
  inner: 40, //       before a relation inside fences
  word: 40, //        at a space inside \text
  remark: 40, //      at a \quad or wider before words or what stands in parentheses: "= 0 \quad (x > 0)"
  product: 50, //     before × · ∗ ∘ …
  factor: 70, //      between factors that no operator separates: ")(", a fraction and a fraction
  operand: 90, //     before a sum, an integral or a fraction that a letter or an operator goes with
};

/** What each pair of fences, group or script around a break adds. */
export const NEST = 120;

/** What parts a formula into statements. */
const PARTS = { connective: true, condition: true, statement: true };

/** From this width on (em), space separates a condition from what it is said of. */
const WIDE = 0.9;
/** What a blank takes, em. */
const BLANK = 0.25;

/** TeX's classes of what stands in a row. */
export const CLASSES = { ORD: 0, OP: 1, BIN: 2, REL: 3, OPEN: 4, CLOSE: 5, PUNCT: 6 };
const { ORD, OP, BIN, REL, OPEN, CLOSE, PUNCT } = CLASSES;
const SUM = /^[+\-−±∓∪∩∨∧⊕⊖⊔⊓∖]$/;
const PRODUCT = /^[×÷⋅·∗∘⋆⊗⊙]$/;
const CONNECTIVE = /^[⇒⇐⇔⟹⟸⟺∴]$/;
const BAR = /^[|‖∣∥]$/;
/** Kinds of break before a relation that has a left side. */
const SIDED = new Set(['relation', 'later', 'inner']);
/** Relations that say something of a step, and are none themselves. */
const REMARK = /^[∈∉∋:∣|≠⊂⊆⊥⊢⊨∥]$/;
/** The kinds of break that a statement of its own may follow, whose relation has a left side there. */
const BEFORE_LEFT = new Set(['connective', 'condition', 'statement', 'text', 'comma']);
/** What stretches over or under a formula. */
const BRACE = /^[⏞⏟⎴⎵⏠⏡⏜⏝]$/;
const SCRIPT = /^m(sub|sup|subsup)$/;
const LIMITS = /^m(under|over|underover)$/;
const ROW = /^(mrow|inferredMrow|TeXAtom|mstyle|math)$/;

/** @typedef {{node: MJ.Node, cls: number, text: string, box?: boolean, braced?: boolean}} TokenEdge */

/**
 * @typedef {object} Cost   of a break; a relation outside fences has one of `left` and `after`
 * @property {string} kind
 * @property {number} penalty
 * @property {number} depth   fences and groups around it
 * @property {MJ.Node} next   the node that starts the line after it
 * @property {MJ.Node | null} [left]   the mspace that the left side of the relation follows; null: the start
 * @property {MJ.Node | null} [after]   of a step in a chain (a = b = c): the mspace before the relation
 *   before it; null: the start
 */

/**
 * @typedef {object} Breaks
 * @property {Map<MJ.Node, Cost>} at   the mspaces that were put in
 * @property {Set<MJ.Node>} open   the nodes that are no more than parts of a line: rows, groups, bases
 * @property {MJ.Node[]} rewritten   the nodes that have other children than before
 * @property {() => void} close   puts the tree back as it was
 */

/**
 * Puts a chance to break wherever one is allowed.
 * @param {MJ.Node} root   the compiled formula; TeX classes must be set (they are once it was typeset)
 * @returns {Breaks}
 */
export function openBreaks(root) {
  /** @type {Map<MJ.Node, Cost>} */
  const at = new Map();
  /** @type {Set<MJ.Node>} */
  const open = new Set();
  /** @type {MJ.Node[]} */
  const rewritten = [];
  /** @type {(() => void)[]} */
  const undo = [];

  /**
   * Replaces the children of a row, remembering the old ones.
   *
   * @param {MJ.Node} row
   * @param {MJ.Node[]} children
   */
  function rewrite(row, children) {
    const old = row.childNodes;
    rewritten.push(row);
    undo.push(() => adopt(row, old));
    adopt(row, children);
  }

  /**
   * @param {MJ.Node} model
   * @param {string} kind
   * @param {number} depth
   * @param {Partial<Cost> | false | null} [side]  of a relation
   */
  function chance(model, kind, depth, side) {
    const node = root.factory.create('mspace');
    Object.assign(node.attributes.getAllInherited(), model.attributes.getAllInherited());
    at.set(node, { kind, depth, penalty: PENALTY[kind] + NEST * depth, next: model, ...side });
    return node;
  }

  /**
   * @param {MJ.Node} node
   * @param {number} depth
   */
  function visit(node, depth) {
    if (isProof(node)) return;
    if (node.isKind('mrow') || node.isKind('inferredMrow')) visitRow(node, depth);
    else if (ROW.test(node.kind) && !isGlue(node)) visit(node.childNodes[0], depth);
    else if (SCRIPT.test(node.kind) && !node.isEmbellished) visit(node.childNodes[0], depth + 1);
    else return visitParts(node);
    open.add(node);
  }

  /**
   * What is not part of the line has lines of its own: the cells of a table, a numerator, a radicand.
   *
   * @param {MJ.Node} node
   */
  function visitParts(node) {
    if (node.isKind('mfrac')) {
      if (node.childNodes.some((part) => part.isKind('mtext'))) rewrite(node, node.childNodes.map(inRow));
      node.childNodes.forEach((part) => visit(part, 0));
    } else if (node.isKind('msqrt') || node.isKind('mroot') || node.isKind('menclose')) visit(node.childNodes[0], 0);
    else if (node.isKind('mtable') && !isRigid(node)) {
      freeWidth(node);
      for (const row of node.childNodes) {
        const cells = row.isKind('mlabeledtr') ? row.childNodes.slice(1) : row.childNodes;
        for (const cell of cells) visit(cell.childNodes[0], 0);
      }
    }
  }

  /**
   * Words alone in a numerator have no row that could be broken.
   *
   * @param {MJ.Node} part
   */
  function inRow(part) {
    if (!part.isKind('mtext')) return part;
    const row = root.factory.create('mrow');
    Object.assign(row.attributes.getAllInherited(), part.attributes.getAllInherited());
    rewrite(row, [part]);
    return row;
  }

  /**
   * MathJax breaks cells only in tables that are as wide as they need; multline is as wide as the page.
   *
   * @param {MJ.Node} table
   */
  function freeWidth(table) {
    const width = table.attributes.getExplicit('width');
    if (!/%$/.test(width)) return;
    table.attributes.set('width', 'auto');
    undo.push(() => table.attributes.set('width', width));
  }

  /**
   * @param {MJ.Node} row
   * @param {number} depth
   */
  function visitRow(row, depth) {
    const old = row.childNodes;
    const depths = fences(old);
    const solid = old.filter((child) => !isSpace(child) && !child.isEmpty);
    const signs = [...old.keys()].filter((i) => !depths[i] && old[i].isEmbellished && old[i].coreMO().texClass === REL);
    const nested = solid.length > 1 ? 1 : 0;
    /** @type {TokenEdge | null} of what stands before */
    let prev = null;
    /** @type {(MJ.Node | null | undefined)[]} at each depth, the chance that the left side of a relation to come follows */
    const lefts = [null];
    /** @type {MJ.Node | null} the chance before the last relation of a chain */
    let step = null;
    let parted = false;
    let space = 0;
    /** @type {MJ.Node[]} */
    let spaces = [];
    /** @type {MJ.Node[]} */
    const out = [];
    old.forEach((child, i) => {
      if (isSpace(child)) {
        space += spaceOf(child);
        spaces.push(child);
        return;
      }
      const inside = depth + depths[i];
      const next = face(child, false);
      if (prev?.braced && next && isSign(next)) next.cls = BIN;
      let kind = prev && next && gap(prev, next, space, inside);
      if (kind === 'condition' && !inside && prev?.cls !== PUNCT && isRemark(old, depths, i)) kind = 'remark';
      if (kind === 'clause' && i > signs[0] && i <= signs[signs.length - 1]) kind = 'statement';
      if (kind === 'relation' && parted) kind = 'later';
      parted ||= kind !== null && kind in PARTS && !inside;
      lefts.length = inside + 1;
      const relation = next?.cls === REL;
      const left = kind && SIDED.has(kind) ? lefts[inside] : undefined;
      const chained = kind === 'relation' && left === undefined && next && !REMARK.test(next.text);
      const node = kind ? chance(child, kind, inside, left === undefined ? chained && { after: step } : { left }) : null;
      if (node) out.push(node);
      if (relation) lefts[inside] = undefined;
      if (kind === 'relation') step = node;
      if (kind && BEFORE_LEFT.has(kind)) lefts[inside] = node;
      out.push(...spaces);
      const words = child.isKind('mtext') ? split(child) : [child];
      const gaps = words.slice(1).map(() => chance(child, 'word', inside));
      if (gaps.length) joinWords(words, gaps);
      words.forEach((word, k) => out.push(word, ...gaps.slice(k, k + 1)));
      if (words.length === 1) visit(child, inside + (child.isKind('TeXAtom') ? nested : 0));
      if (!child.isEmpty) prev = child.isEmbellished ? next : face(child, true);
      space = 0;
      spaces = [];
    });
    out.push(...spaces);
    if (out.length > old.length) rewrite(row, out);
  }

  visit(root, 0);
  return {
    at,
    open,
    rewritten,
    close() {
      for (const back of undo.reverse()) back();
    },
  };
}

/**
 * Whether TeX would take a token for a binary operator, did it not follow what it takes for one itself.
 *
 * @param {TokenEdge} token
 */
function isSign({ node, cls, text }) {
  return node.isEmbellished && cls === ORD && (SUM.test(text) || PRODUCT.test(text));
}

/**
 * A formula with a brace over or under it, which is an operator for TeX.
 *
 * @param {MJ.Node} node
 * @returns {boolean}
 */
function isBraced(node) {
  if (node.isKind('TeXAtom') || node.isKind('inferredMrow')) return node.childNodes.length === 1 && isBraced(node.childNodes[0]);
  if (!LIMITS.test(node.kind)) return false;
  const [base, ...scripts] = node.childNodes;
  return scripts.some((script) => script?.isKind('mo') && BRACE.test(script.getText())) || isBraced(base);
}

/**
 * A group that stands for one operator: \mathrel{…}, \mathop{…}.
 *
 * @param {MJ.Node} node
 */
function isGlue(node) {
  return node.isEmbellished || (node.isKind('TeXAtom') && [OP, BIN, REL, PUNCT].includes(node.texClass));
}

/**
 * How many pairs of fences are open before each child. Only fences that find their partner count
 * (so `]0,1[` does no harm), and bars do when they pair up within the fences around them, with no
 * relation of their own level between them (so P(A|B) = P(B|A) has none).
 *
 * @param {MJ.Node[]} children
 * @returns {number[]}
 */
export function fences(children) {
  const depths = new Array(children.length).fill(0);
  /** @type {{i: number, bar: boolean}[]} what is open */
  const waiting = [];
  const inBars = () => waiting.length > 0 && waiting[waiting.length - 1].bar;
  /** @param {number} i */
  const close = (i) => {
    const opened = waiting.pop()?.i ?? Infinity;
    for (let k = opened + 1; k <= i; k++) depths[k]++;
  };
  children.forEach((child, i) => {
    const side = child.isEmbellished ? child.coreMO().texClass : ORD;
    if (isBar(child)) {
      if (inBars()) close(i);
      else waiting.push({ i, bar: true });
    } else if (side === OPEN) waiting.push({ i, bar: false });
    else if (side === REL && inBars()) waiting.pop();
    else if (side === CLOSE) {
      if (inBars()) waiting.pop();
      close(i);
    }
  });
  return depths;
}

/** @param {MJ.Node} child */
function isBar(child) {
  return child.isEmbellished && child.coreMO().texClass === ORD && BAR.test(child.coreMO().getText());
}

/**
 * Whether a node shows nothing but room: an mspace, or what \  and ~ write.
 *
 * @param {MJ.Node} node
 */
export function isSpace(node) {
  return node.isKind('mspace') || (node.isKind('mtext') && /^[ \u00a0]+$/.test(node.getText?.() ?? ''));
}

/**
 * The width of a space in em; only what \quad, \qquad, \hspace, or many spaces write matters.
 *
 * @param {MJ.Node} node
 */
function spaceOf(node) {
  if (!isSpace(node)) return 0;
  if (node.isKind('mtext')) return BLANK * node.getText().length;
  const match = /^([\d.]+)em$/.exec(node.attributes.get('width'));
  return match ? Number(match[1]) : 0;
}

/**
 * Whether a part of a row, up to the next space, comma or relation, is words or stands in parentheses.
 *
 * @param {MJ.Node[]} children
 * @param {number[]} depths
 * @param {number} start
 */
function isRemark(children, depths, start) {
  const end = children.findIndex((child, i) => i > start && !depths[i] && (spaceOf(child) >= WIDE || isMark(child)));
  const [first, ...rest] = [...children.keys()].slice(start, end < 0 ? undefined : end).filter((i) => !isSpace(children[i]));
  const edge = face(children[first], false);
  if (edge?.text === 'mod') return true;
  if (edge?.cls === OPEN) return rest.every((i) => depths[i]);
  return [first, ...rest].every((i) => children[i].isKind('mtext'));
}

/**
 * A relation, or a comma.
 *
 * @param {MJ.Node} child
 */
function isMark(child) {
  return child.isEmbellished && [REL, PUNCT].includes(child.coreMO().texClass);
}

/**
 * One mtext a word, each with the space that follows it.
 *
 * @param {MJ.Node} mtext
 */
function split(mtext) {
  const words = mtext.getText?.().match(/[ \u00a0]*[^ \u00a0]+[ \u00a0]*/g) ?? [];
  if (mtext.childNodes.length !== 1 || words.length < 2) return [mtext];
  return words.map((word) => {
    const node = mtext.copy();
    Object.assign(node.attributes.getAllInherited(), mtext.attributes.getAllInherited());
    node.childNodes[0].setText(word);
    return node;
  });
}

/**
 * The token at one end of a node, as a reader sees it.
 * @param {MJ.Node} node
 * @param {boolean} last
 * @returns {TokenEdge | null}
 */
function face(node, last) {
  if (isBraced(node)) return { node, cls: ORD, text: '', box: true, braced: true };
  if (node.isEmbellished) {
    const mo = node.coreMO();
    const cls = node.isKind('TeXAtom') ? node.texClass : mo.texClass;
    return { node, cls, text: mo.getText() };
  }
  if (isGlue(node)) return { node, cls: node.texClass, text: '', box: true };
  if (node.isToken) return { node, cls: node.texClass, text: node.getText?.() ?? '' };
  if (ROW.test(node.kind)) {
    const children = node.childNodes.filter((child) => child.isInferred || (!child.isEmpty && !isSpace(child)));
    return children.length ? face(children[last ? children.length - 1 : 0], last) : null;
  }
  if (SCRIPT.test(node.kind)) return face(node.childNodes[0], last);
  return { node, cls: node.texClass, text: '', box: true };
}

/**
 * The kind of break that is allowed between two siblings, if any.
 * @param {TokenEdge} p   the end of the one
 * @param {TokenEdge} n   the start of the other
 * @param {number} space   the width of what is written between them, em
 * @param {number} depth   fences and groups around the gap
 * @returns {keyof typeof PENALTY | null}
 */
function gap(p, n, space, depth) {
  const wide = space >= WIDE;
  const waits = [BIN, REL, OPEN].includes(p.cls) || p.text === '\u2061' || p.text === '/';
  if (waits) return null;
  if (n.cls === REL) return depth ? 'inner' : CONNECTIVE.test(n.text) ? 'connective' : 'relation';
  if (p.cls === OP) return null;
  if (n.cls === BIN) return SUM.test(n.text) ? 'sum' : 'product';
  if (n.cls === CLOSE || n.cls === PUNCT) return null;
  if (p.cls === PUNCT) return !/^[,;]$/.test(p.text) ? null : wide && !depth ? 'condition' : depth ? 'comma' : 'clause';
  if (wide) return 'condition';
  if (n.node.isKind('mtext')) return /^[\s\u00a0]/.test(n.text) ? 'text' : null;
  if (p.node.isKind('mtext')) return /[\s\u00a0]$/.test(p.text) ? 'text' : null;
  return factor(p, n);
}

/**
 * Products without a sign: never between a name and the argument in parentheses after it.
 *
 * @param {TokenEdge} p
 * @param {TokenEdge} n
 */
function factor(p, n) {
  if (n.text === 'd' || n.text === '…' || n.text === '⋯' || n.text === '/') return null;
  const ended = p.cls === CLOSE;
  const letter = p.node.isKind('mn') || (p.node.isKind('mi') && [...p.text].length === 1 && p.text !== 'd');
  const big = n.box || n.cls === OP;
  // an operator, or a bar that is evaluated at its scripts
  if (n.node.isEmbellished && !big && n.cls !== OPEN) return null;
  if (ended) return 'factor';
  if (p.box) return n.box || n.cls === OP ? 'factor' : n.node.isKind('mn') ? null : 'operand';
  return letter && big ? 'operand' : null;
}
