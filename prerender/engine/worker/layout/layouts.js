/**
 * Every way to lay a display formula out that is worth having.
 *
 * In: a compiled MathItem. Out: its layouts, from MathJax's natural one to the narrowest wanted.
 * Widths are in ex of the surrounding font (as in MathJax's svg width attribute).
 */
import { openBreaks } from './breaks.js';
import { Breaker, adjustColumnWidths, unbroken } from './breaker.js';
import { fold } from './fold.js';
import { NARROWEST, PX_PER_EM, X_HEIGHT } from '../protocol.js';

/**
 * @typedef {object} Options
 * @property {number} [narrowest]   no layout narrower than this is looked for, ex
 * @property {number} [step]   a layout must be narrower than the one before by this share
 * @property {import('./breaker.js').SignPlace} [signs]   where a sign stands that a line is broken at
 * @property {(root: MJ.Wrapper, isNatural: boolean) => unknown} [write]   what else is to be known of a layout,
 *   while the formula has its lines
 */

/**
 * @typedef {object} Layout
 * @property {number} width     what it needs, ex; without the tag
 * @property {number} height    above the baseline, ex
 * @property {number} depth     below the baseline, ex
 * @property {number} penalty   of its lines and breaks (see PENALTY), 0 for the natural layout
 * @property {number} worst     of its worst break or line; a break from 120 on lies inside fences
 * @property {Set<MJ.Node>} outer   the nodes that start a line between steps
 * @property {{width: number, gap: number, side: 'left' | 'right', margins: number} | null} tag   of a numbered
 *   formula: the widest tag, the least space between it and the body, `left` or `right`, and what
 *   MathJax keeps free beside the body in all (the same on both sides where it is centred)
 * @property {import('../nodes.js').LiteElement} dom  MathJax's mjx-container
 * @property {unknown} written
 */

/** What it costs to give up the columns of an alignment. */
const FOLDED = 120;

/** What costs this much is ugly: breaks within two pairs of fences (NEST in breaks.js), lone signs. */
const UGLY = 240;
/** ex: the column of a phone of 360 px. What needs more without ugliness would scroll there. */
const PHONE = 44;

/**
 * ex: the screen of a large phone of 412 px. What starts a line between steps on it does so on all
 * that are narrower: nothing else may, there; wider screens fill their lines as their authors would.
 */
const HANDHELD = 58;

/** ex: no screen has a wider column. */
const WIDEST = 250;

/** Chances to break from which on fewer layouts are made: what they cost grows with both. */
const MANY = 300;
const COARSE = 0.5;

/** How much less room to try when a try gained nothing. */
const GIVE_UP = 0.9;

/**
 * @param {MJ.Item} item   a compiled MathItem
 * @param {MJ.Document} doc    its MathDocument, with SVG output
 * @param {Options} [options]
 * @returns {Layout[]}   widest first; the first is exactly MathJax's own, unbroken
 */
export function layouts(item, doc, { narrowest = NARROWEST, step = 0.06, signs = 'before', write = () => null } = {}) {
  setRoom(item, doc, 0);
  const root = wrap(item, doc, 'overflow');
  const natural = draw(root, (wrapper) => write(wrapper, true));
  if (!item.display || natural.width <= narrowest) return [natural];

  const all = [natural, ...descend(item, doc, natural, root, { narrowest, step, signs, write })];
  // Without its columns an alignment can only win where they cost more than giving them up
  const good = all.findLast((layout) => layout.penalty <= FOLDED) ?? natural;
  const unfold = good.width > narrowest && fold(item.root);
  if (unfold) {
    try {
      for (const layout of descend(item, doc, good, null, { narrowest, step, signs, write })) {
        all.push({ ...layout, penalty: layout.penalty + FOLDED });
      }
    } finally {
      unfold();
    }
  }
  return worthwhile(presentable(all), narrowest, step);
}

/**
 * Ugliness is for what a phone could not show otherwise; what fits it nearly, shrinks better.
 *
 * @param {Layout[]} all
 */
function presentable(all) {
  const fine = all.filter(({ worst }) => worst < UGLY);
  const least = Math.min(...fine.map(({ width }) => width));
  return least <= PHONE ? fine : all.filter(({ worst, width }) => worst < UGLY || width < least);
}

/**
 * The best layout for a width stays the best down to the width that it really takes: the next one
 * to look for is a little narrower than that.
 * @param {MJ.Item} item
 * @param {MJ.Document} doc
 * @param {Layout} widest
 * @param {MJ.Wrapper | null} drawn   MathJax's wrappers of the formula as it is, if there are any
 * @param {Required<Options>} options
 * @returns {Layout[]}
 */
function descend(item, doc, widest, drawn, { narrowest, step, signs, write }) {
  const kept = widest.width <= HANDHELD ? widest.outer : new Set();
  const margins = widest.tag?.margins ?? 0;
  const jax = doc.outputJax;
  const { linebreaks } = jax;
  const table = jax.factory.getNodeClass('mtable').prototype;
  const { adjustColumnWidths: shares } = table;
  const breaks = openBreaks(item.root);
  const coarse = Math.min(COARSE, step * Math.max(1, breaks.at.size / MANY));
  // What a table takes is known when it is drawn, and it does not forget how its columns were fitted
  const tabular = hasTable(item.root);
  const lasting = tabular ? lastingParts(item.root, breaks) : [];
  /** @type {MJ.Wrapper | null} */
  let root = null;

  /** @param {MJ.Wrapper} before   the wrappers of a try; those of the next */
  const again = (before) => {
    unbroken(before, breaks);
    return tabular ? wrapAgain(item, doc, before, lasting) : before;
  };

  /**
   * The layout for some room, if it needs no more than `most`; both in ex.
   *
   * @param {number} room
   * @param {number} most
   * @param {Set<MJ.Node> | null} allowed
   * @returns {Layout | null}
   */
  const fit = (room, most, allowed) => {
    const breaker = new Breaker(breaks, { kept, allowed, signs });
    jax.linebreaks = breaker;
    setRoom(item, doc, room + margins);
    /** @type {MJ.Wrapper} */
    const broken = root ? again(root) : wrap(item, doc, 'linebreak');
    const layout = tabular || widthOf(broken) <= most ? draw(broken, (wrapper) => write(wrapper, false)) : null;
    root = !tabular && breaker.reached ? null : broken;
    if (!layout || layout.width > most) return null;
    return { ...layout, penalty: breaker.penalty, worst: breaker.worst, outer: breaker.outer };
  };

  try {
    if (drawn && !tabular) root = withChances(drawn, item, breaks);
    table.adjustColumnWidths = adjustColumnWidths;
    /** @type {Layout[]} */
    const found = [];
    let reached = widest.width;
    let room = widest.width;
    while (room > narrowest && breaks.at.size) {
      const most = reached * (1 - coarse);
      room = Math.max(narrowest, Math.min(room * (1 - coarse), most, WIDEST));
      const layout = fit(room, most, null);
      if (layout) {
        found.push(layout);
        reached = layout.width;
      } else room *= GIVE_UP;
    }
    return consistent(found, (layout, allowed) => fit(layout.width, layout.width, allowed));
  } finally {
    breaks.close();
    table.adjustColumnWidths = shares;
    jax.linebreaks = linebreaks;
    jax.containerWidth = Infinity; // else the tables of inline formulas to come would be fitted to it
  }
}

/**
 * Layouts of which those for phones start lines between steps only where all narrower ones do. One that
 * cannot be had so is left out.
 *
 * @param {Layout[]} found   widest first
 * @param {(layout: Layout, allowed: Set<MJ.Node>) => Layout | null} again   the same layout with these starts
 * @returns {Layout[]}
 */
function consistent(found, again) {
  /** @type {Set<MJ.Node> | null} */
  let allowed = null;
  /** @type {Layout[]} */
  const kept = [];
  for (const layout of [...found].reverse()) {
    /** @type {boolean} */
    const fits = layout.width > HANDHELD || allowed === null || [...layout.outer].every((start) => allowed?.has(start));
    /** @type {Layout | null} */
    const made = fits ? layout : again(layout, /** @type {Set<MJ.Node>} */ (allowed));
    if (!made) continue;
    kept.unshift(made);
    allowed = made.outer;
  }
  return kept;
}

/**
 * @param {MJ.Item} item
 * @param {MJ.Document} doc
 * @param {number} room   for the formula and its tag, ex; where it is 0, tables that are as wide as
 *   their container (multline) get their own width
 */
function setRoom(item, doc, room) {
  const jax = doc.outputJax;
  const { x_height: ex } = jax.font.params;
  item.setMetrics(PX_PER_EM, PX_PER_EM * ex, room * ex * PX_PER_EM, 1);
  jax.math = item;
  jax.pxPerEm = PX_PER_EM;
  if (room) jax.getLinebreakWidth();
  else jax.containerWidth = Infinity; // MathJax fits tables to it even when it breaks no lines
}

/**
 * MathJax's wrappers of a formula, as its `toDOM` makes them; they can be drawn more than once.
 * @param {MJ.Item} item
 * @param {MJ.Document} doc
 * @param {'overflow' | 'linebreak'} overflow
 * @param {Map<MJ.Node, MJ.Wrapper>} [nodeMap]   those that there are
 */
function wrap(item, doc, overflow, nodeMap = new Map()) {
  const jax = doc.outputJax;
  jax.setDocument(doc);
  jax.nodeMap = nodeMap;
  jax.table = null;
  item.root.attributes.getAllInherited().overflow = overflow;
  item.root.setTeXclass(null);
  return jax.factory.wrap(item.root);
}

/**
 * The wrappers of a formula, made those of the same formula with chances to break.
 * @param {MJ.Wrapper} root
 * @param {MJ.Item} item
 * @param {import('./breaks.js').Breaks} breaks
 */
function withChances(root, item, { rewritten }) {
  const { nodeMap } = root.jax;
  item.root.attributes.getAllInherited().overflow = 'linebreak';
  item.root.setTeXclass(null);
  for (const node of rewritten) {
    const wrapper = nodeMap.get(node);
    if (!wrapper) continue; // it is new itself, and gets one with what is in it
    wrapper.childNodes = node.childNodes.map((child) => nodeMap.get(child) ?? wrapper.wrap(child));
    wrapper.invalidateBBox();
  }
  return root;
}

/**
 * The wrappers of a formula, made anew but for parts of it, which keep theirs.
 *
 * @param {MJ.Item} item
 * @param {MJ.Document} doc
 * @param {MJ.Wrapper} before   the wrappers that it has
 * @param {MJ.Node[]} lasting   those parts
 */
function wrapAgain(item, doc, before, lasting) {
  const { factory, nodeMap } = before.jax;
  const kept = new Map(lasting.map((node) => [node, nodeMap.get(node)]));
  const { wrap: make } = factory;
  factory.wrap = (node, parent) => {
    const wrapper = kept.get(node);
    return wrapper ? Object.assign(wrapper, { parent }) : make.call(factory, node, parent);
  };
  try {
    return wrap(item, doc, 'linebreak', nodeMap);
  } finally {
    Reflect.deleteProperty(factory, 'wrap'); // its class has it
  }
}

/**
 * The parts of a formula whose wrappers can be used again once their breaks are taken back: they know
 * nothing of the room that they had, or of what is around them.
 *
 * @param {MJ.Node} root   the compiled formula
 * @param {import('./breaks.js').Breaks} breaks
 */
function lastingParts(root, { at }) {
  /** @type {Set<MJ.Node>} what can be broken somewhere in it */
  const breakable = new Set();
  for (const chance of at.keys()) {
    for (let up = chance.parent; up && !breakable.has(up); up = up.parent) breakable.add(up);
  }
  /** @type {MJ.Node[]} */
  const parts = [];
  /** @type {(node: MJ.Node) => boolean} whether it lasts; if not, what lasts in it is one of the parts */
  const look = (node) => {
    if (node.isToken) return !isStretchy(node);
    const lasting = node.childNodes.filter(look);
    if (lasting.length === node.childNodes.length && !(breakable.has(node) ? FITTED : TABULAR).has(node.kind)) return true;
    parts.push(...lasting);
    return false;
  };
  look(root);
  return parts;
}

/** @param {MJ.Node} node */
function isStretchy(node) {
  return node.isEmbellished && node.coreMO().attributes.get('stretchy') === true;
}

/** Kinds of nodes that remember what room they had; and those that do if something in them can be broken. */
const TABULAR = new Set(['math', 'mtable', 'mtr', 'mlabeledtr', 'mtd']);
const FITTED = new Set([...TABULAR, 'msqrt', 'mroot', 'menclose']);

/** @param {MJ.Node} root   the compiled formula */
function hasTable(root) {
  let found = false;
  root.walkTree((node) => {
    found ||= node.isKind('mtable');
  });
  return found;
}

/**
 * What a formula takes, ex; measuring it breaks it.
 *
 * @param {MJ.Wrapper} root
 */
function widthOf(root) {
  return root.getOuterBBox().w / root.font.params.x_height;
}

/**
 * One layout, by MathJax.
 *
 * @param {MJ.Wrapper} root
 * @param {(root: MJ.Wrapper) => unknown} write
 * @returns {Layout}
 */
function draw(root, write) {
  const { jax } = root;
  const { x_height: ex } = jax.font.params;
  const dom = jax.createNode();
  jax.processMath(root, dom);
  const table = jax.table?.hasLabels ? jax.table : null;
  const { w, h, d } = root.getOuterBBox();
  const width = (table ? table.getWidth() : w) / ex;
  const layout = { width, height: h / ex, depth: d / ex, penalty: 0, worst: 0, outer: new Set(), tag: null, dom, written: write(root) };
  if (!table) return layout;
  const { attributes } = table.node;
  const { L, R } = table.getBBox();
  const tag = {
    width: table.getTableData().L / ex,
    gap: table.length2em(attributes.get('minlabelspacing')) / ex,
    side: attributes.get('side'),
    margins: (L + R) / ex,
  };
  return { ...layout, tag };
}

/**
 * Drops what another layout beats (no wider, and its breaks and lines cost no more) and what hardly
 * differs, and what is narrower than anybody needs. The natural one stays.
 *
 * @param {Layout[]} layouts
 * @param {number} narrowest
 * @param {number} step
 */
function worthwhile([natural, ...others], narrowest, step) {
  const kept = [natural];
  others.sort((a, b) => b.width - a.width || a.penalty - b.penalty);
  others.forEach((a, i) => {
    const beaten = others.some((b, k) => k > i && b.penalty <= a.penalty);
    const last = kept[kept.length - 1].width;
    if (!beaten && last > narrowest && a.width <= last * (1 - step)) kept.push(a);
  });
  return kept;
}

/**
 * The sides of the line at which the rows of a multline stand; null for other formulas.
 *
 * @param {MJ.Node} root  the compiled formula
 * @returns {string[] | null}
 */
export function sidesOf(root) {
  const [table, ...others] = root.childNodes[0].childNodes;
  const isWide = table?.isKind('mtable') && table.attributes.get('data-width-includes-label');
  if (!isWide || others.length) return null;
  const cells = table.childNodes.map((row) => row.childNodes.slice(row.isKind('mlabeledtr') ? 1 : 0));
  return cells.every((row) => row.length === 1) ? cells.map(([cell]) => cell.attributes.get('columnalign')) : null;
}

/**
 * What a display keeps free at its left, or at its right if negative, in thousandths of an em.
 *
 * @param {import('../nodes.js').LiteElement} svg
 */
export function indentOf({ box }) {
  return thousandths(parseFloat(box['margin-left']) || -parseFloat(box['margin-right']) || 0);
}

/** @param {number} ex */
export function thousandths(ex) {
  return Number((ex * X_HEIGHT).toFixed(2)); // so that it is the same in ex to three digits
}
