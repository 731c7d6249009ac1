/**
 * Chooses the breaks of a line: the cheapest set for a given width, all at once.
 *
 * MathJax asks its `linebreaks` object to break a row to a width, and draws whatever breaks are set
 * then. Its own visitor fills line after line; this one weighs the whole row (as TeX weighs a
 * paragraph), so the answer depends on the width alone and never gets better when there is less room.
 */
import { CLASSES, isSpace } from './breaks.js';

/*
 * What the costs are was found by search (tests/tools/bench/breaks.py measures it): authors who break long
 * displays by hand fill the first line, and then give each step of a chain a line of its own.
 */

/** What a line costs, in the points of PENALTY. */
export const LINE = 20;

/** Lines this short (em) are a lone sign or bracket, and look like a mistake. */
const LONE = 1.1;
const LONE_COST = 400;

/** Lines shorter than this (em) are not wrong, but poor, unless they are the last step: "= 0". */
const SHORT = 2.5;
const SHORT_COST = 35;

/** What a break costs more that tears a left side as short as this (em) from its relation: "x" | "∈ A". */
const TORN = 60;
const LEFT = 4;

/**
 * What a step costs if the next does not begin a line; which steps are too short for that: than this
 * (em), and than this share of the chain's longest.
 */
const RUN_ON = 60;
const STEP = 4;
const STEP_SHARE = 0.35;

/** Up to as many lines are filled, if the first has room for a step of the chain and more. */
const FILLED = 3;

/** Each em by which a line is too wide costs more than any break. */
const OVERFULL = 1e5;

/**
 * Where continuation lines start, em, and what it costs: relation signs under the first one, what
 * goes on with a side of it behind the sign; or both a step in; or at the margin.
 */
const INDENTS = [
  { side: null, hang: 1.4, cost: 0 },
  { side: 1, hang: 1, cost: 6 },
  { side: 0, hang: 1, cost: 12 },
];
/** The part of the width that may be given to the indentation under the first sign. */
const HANG_SHARE = 0.25;

/** em: a line that is higher, or deeper, than this is no line of text. */
const TALL = { h: 1, d: 0.5 };
/** What is left free between lines of which one is tall, and between others, as MathJax does. */
const TALL_LEADING = '0.4em';
const LEADING = '0.2em';

/** Kinds of break after which a line starts on the level of the relation signs. */
const SIDES = new Set(['relation', 'later', 'connective', 'statement', 'condition', 'clause', 'text']);

/** Kinds of break outside fences that part a chain's steps, or statements. */
const OUTER = new Set(['relation', 'later', 'connective', 'statement', 'condition']);

/** Kinds of break before a relation outside fences. */
const SIGNS = new Set(['relation', 'later']);

/** Cells and the parts of fractions and roots are not squeezed below this, em. */
const LEAST = 4;

/** TeX classes of signs that may end a line: binary operators and relations. */
const SIGN_CLASSES = new Set([CLASSES.BIN, CLASSES.REL]);

const EPSILON = 0.005;

/**
 * @typedef {object} BreakOpportunity   a place where the row may be broken, in em from its start
 * @property {MJ.Wrapper} wrapper   MathJax's wrapper of the mspace
 * @property {import('./breaks.js').Cost} cost
 * @property {number} left      how long the left side of the relation after it is; Infinity: it has none
 * @property {number} step      how long the step of the chain before it is; 0: there is none
 * @property {number} end       where the line before it ends
 * @property {number} start     where the line after it starts to show
 * @property {number} skipped   space of the author's at the start of that line
 * @property {MJ.Wrapper} [sign]   the sign that is broken at, where it ends the line before, too
 *
 * @typedef {'before' | 'after' | 'duplicate'} SignPlace   of a relation or an operator that a line is broken
 *   at: it starts the next line, ends the one before, or does both (MathJax's linebreakstyle)
 *
 * @typedef {object} Line   a row as one line, in its own em
 * @property {number} end
 * @property {BreakOpportunity[]} chances
 * @property {Box[]} boxes   what cannot break, and the room that it takes
 * @property {number[]} tall   where something begins that is no line of text
 * @property {number} sign   where the first relation outside fences stands; 0: there is none
 *
 * @typedef {{wrapper: MJ.Wrapper, left: number, right: number, scale: number}} Box
 *
 * @typedef {BreakOpportunity & {indent: number}} Chosen   a break, and where the line after it starts
 *
 * @typedef {object} Choice
 * @property {Chosen[]} chosen
 * @property {number} penalty
 * @property {number} worst
 * @property {number} cost
 *
 * @typedef {{start: number, end: number, indent: number, penalty: number, relation: boolean}} Stop
 *
 * @typedef {{cost: number, penalty: number, worst: number, misfit: number, from: number}} Way   to a stop
 */

export class Breaker {
  /**
   * @param {import('./breaks.js').Breaks} breaks
   * @param {Set<object>} [outer]   what starts a line between steps in a wider layout, and so here
   * @param {SignPlace} [signs]   where the sign stands at which a line is broken
   */
  constructor(breaks, outer = new Set(), signs = 'before') {
    this.breaks = breaks;
    this.kept = outer;
    this.signs = signs;
    /** What starts a line between steps, by rows. */
    this.starts = new Map();
    /** What the breaks of each row cost; rows that are never broken are not in it. */
    this.costs = /** @type {Map<MJ.Node, {penalty: number, worst: number}>} */ (new Map());
    /** How many rows it was asked to break. */
    this.rows = 0;
  }

  /** Whether it has reached into parts of the row, which no longer are as MathJax made them. */
  get reached() {
    return this.rows > 1;
  }

  /** The cost of all breaks and lines made so far. */
  get penalty() {
    return [...this.costs.values()].reduce((sum, { penalty }) => sum + penalty, 0);
  }

  /** What starts a line between steps here. */
  get outer() {
    return new Set([...this.starts.values()].flat());
  }

  /** The cost of the worst single break or line. */
  get worst() {
    return Math.max(0, ...[...this.costs.values()].map(({ worst }) => worst));
  }

  /**
   * Called by MathJax for the formula's row and for cells that are too wide, and from here for the
   * parts of fractions and roots.
   * @param {MJ.Wrapper} row   the wrapper of the row
   * @param {number} width   in em
   */
  breakToWidth(row, width) {
    width = Math.max(width, LEAST);
    this.rows += 1;
    for (let tries = 0; ; tries++) {
      const line = this.measure(row);
      const { chosen, penalty, worst } = this.choose(line, width);
      this.apply(line, chosen);
      if (chosen.length) this.costs.set(row.node, { penalty, worst });
      else this.costs.delete(row.node);
      this.starts.set(row.node, chosen.filter(isOuter).map(({ cost }) => cost.next));
      if (tries === 3 || !this.squeeze(line, chosen, width)) return;
    }
  }

  /**
   * The row as one line: what can break, and what cannot with the room that it takes.
   *
   * @param {MJ.Wrapper} row
   * @returns {Line}
   */
  measure(row) {
    const { at, open } = this.breaks;
    /** @type {BreakOpportunity[]} */
    const chances = [];
    /** @type {Map<MJ.Node, BreakOpportunity>} the chances by their nodes */
    const starts = new Map();
    /** @type {Box[]} */
    const boxes = [];
    /** @type {number[]} */
    const tall = [];
    /** @type {BreakOpportunity | null} the last chance, until something after it is seen */
    let fresh = null;
    /** @type {number | null} */
    let sign = null;

    /** @type {(wrapper: MJ.Wrapper, x: number, scale: number) => number} */
    const walk = (wrapper, x, scale) => {
      const node = wrapper.node;
      const cost = at.get(node);
      if (cost) {
        const since = (/** @type {MJ.Node | null} */ chance) => x - ((chance && starts.get(chance)?.start) ?? 0);
        const left = cost.left === undefined ? Infinity : since(cost.left);
        const step = cost.after === undefined ? 0 : since(cost.after);
        fresh = { wrapper, cost, left, step, end: x, start: x, skipped: 0 };
        chances.push(fresh);
        starts.set(node, fresh);
        return x;
      }
      const { L, w, R, h, d, rscale } = wrapper.getOuterBBox();
      const inner = scale * rscale;
      const left = x + L * inner;
      const script = open.has(node) && !node.isInferred && wrapper.childNodes.length > 1 && !node.isKind('mrow');
      if ((script || !open.has(node)) && (h * inner > TALL.h || d * inner > TALL.d)) tall.push(left);
      if (fresh && w) {
        // MathJax drops the space before what starts a line, and keeps an mspace
        if (fresh.start === x) fresh.start = left;
        if (isSpace(node)) fresh.skipped += (L + w + R) * inner;
        else {
          fresh.start += fresh.skipped;
          this.place(fresh, wrapper, { left, right: left + w * inner, next: left + (w + R) * inner });
          if (sign === null && fresh.cost.kind === 'relation' && !fresh.cost.depth) sign = fresh.start;
          fresh = null;
        }
      }
      if (open.has(node)) {
        let reached = left;
        for (const child of script ? [wrapper.childNodes[0]] : wrapper.childNodes) reached = walk(child, reached, inner);
        if (script) reached += (w - wrapper.childNodes[0].getOuterBBox().w) * inner;
        return reached + R * inner;
      }
      const right = x + (L + w + R) * inner;
      boxes.push({ wrapper, left, right, scale: inner });
      return right;
    };

    const end = walk(row, 0, 1 / row.getOuterBBox().rscale); // in the row's own em
    return { end, chances, boxes, tall, sign: sign ?? 0 };
  }

  /**
   * Has a line end with the sign behind a chance, if signs stand there.
   *
   * @param {BreakOpportunity} chance
   * @param {MJ.Wrapper} wrapper   what the next line would start with
   * @param {{left: number, right: number, next: number}} edges   its own, and where what follows starts
   */
  place(chance, { node, jax }, { right, next }) {
    if (this.signs === 'before' || !node.isEmbellished || !SIGN_CLASSES.has(node.coreMO().texClass)) return;
    chance.sign = jax.nodeMap.get(node.coreMO());
    chance.end = right;
    if (this.signs === 'after') chance.start = next;
    chance.skipped = 0;
  }

  /**
   * The cheapest breaks with the indentation that suits them best.
   * @param {Line} line
   * @param {number} width
   * @returns {Choice}
   */
  choose(line, width) {
    const filled = this.chooseWith(line, width, 0);
    return isFilled(line, filled.chosen) ? filled : this.chooseWith(line, width, RUN_ON);
  }

  /**
   * @param {Line} line
   * @param {number} width
   * @param {number} runOn   what a step costs if the next does not begin a line
   * @returns {Choice}
   */
  chooseWith(line, width, runOn) {
    const possible = INDENTS.filter(({ side }) => side !== null || (line.sign && line.sign <= width * HANG_SHARE));
    const ways = possible.map(({ side, hang, cost }) => this.chooseIndented(line, width, side ?? line.sign, hang, cost, runOn));
    return ways.reduce((best, way) => (way.cost < best.cost ? way : best));
  }

  /**
   * The best way to reach each chance from any chance before it; of equal ones that with the shortest last line.
   *
   * @param {Line} line
   * @param {number} width
   * @param {number} side
   * @param {number} hang
   * @param {number} extra
   * @param {number} runOn
   * @returns {Choice}
   */
  chooseIndented({ end, chances }, width, side, hang, extra, runOn) {
    const indents = chances.map(({ cost }) => (SIDES.has(cost.kind) && !cost.depth ? side : side + hang));
    /** @type {Stop[]} */
    const stops = [
      { start: 0, end: 0, indent: 0, penalty: 0, relation: false },
      ...chances.map(({ start, end: stop, cost, left }, i) => {
        const penalty = cost.penalty + (left < LEFT ? TORN : 0);
        return { start, end: stop, indent: indents[i], penalty, relation: SIGNS.has(cost.kind) };
      }),
      { start: end, end, indent: 0, penalty: 0, relation: false },
    ];
    // what the steps before each stop cost if none of those after them begins a line
    const runs = [0, 0];
    const least = Math.max(STEP, STEP_SHARE * longestStep(chances, end));
    for (const { step } of chances) runs.push(runs[runs.length - 1] + (step > least ? runOn : 0));
    // how many breaks of a wider layout stand before each
    const kept = [0, 0];
    for (const { cost } of chances) kept.push(kept[kept.length - 1] + Number(this.kept.has(cost.next)));
    /** @type {Way[]} */
    const best = [{ cost: 0, penalty: 0, worst: 0, misfit: 0, from: -1 }];
    for (let j = 1; j < stops.length; j++) {
      best[j] = { cost: Infinity, penalty: 0, worst: 0, misfit: 0, from: 0 };
      for (let i = j - 1; i >= 0; i--) {
        const shown = stops[j].end - stops[i].start;
        const excess = shown + stops[i].indent - width;
        const poor = shown < SHORT && !(j > chances.length && stops[i].relation);
        const shortness = shown < LONE ? LONE_COST : poor ? SHORT_COST : 0;
        const run = runs[j] - runs[i + 1];
        const penalty = best[i].penalty + stops[i].penalty + (i ? LINE : 0) + shortness + run;
        const worst = Math.max(best[i].worst, stops[i].penalty, shortness);
        const lost = kept[j] - kept[i + 1];
        const misfit = best[i].misfit + OVERFULL * (lost + (excess > EPSILON ? excess : 0));
        const cost = penalty + misfit;
        if (cost < best[j].cost) best[j] = { cost, penalty, worst, misfit, from: i };
      }
    }
    /** @type {Chosen[]} */
    const chosen = [];
    const last = best[best.length - 1];
    for (let j = last.from; j > 0; j = best[j].from) chosen.unshift({ ...chances[j - 1], indent: indents[j - 1] });
    const { cost, penalty, worst } = last;
    return { chosen, penalty, worst, cost: cost + extra };
  }

  /**
   * Sets the breaks, and takes back those of an earlier, wider try.
   *
   * @param {Line} line
   * @param {Chosen[]} chosen
   */
  apply(line, chosen) {
    const tall = linesOf(line, chosen).map(({ from, stop }) => line.tall.some((x) => x >= from.start - EPSILON && x < stop));
    const made = new Map(chosen.map(({ wrapper, ...chance }, i) => [wrapper, { ...chance, tall: tall[i] || tall[i + 1] }]));
    for (const { wrapper, sign } of line.chances) {
      const chance = made.get(wrapper);
      const broken = sign ?? wrapper;
      const changed = chance && setPlace(broken.node.attributes, chance);
      const style = chance ? (sign ? this.signs : 'before') : '';
      if (broken.breakStyle !== style || changed) setBreak(broken, style);
    }
  }

  /**
   * Lines that are still too wide: their widest fraction, root or table is broken inside.
   * @param {Line} line
   * @param {Chosen[]} chosen
   * @param {number} width
   * @returns {boolean} whether anything became narrower
   */
  squeeze(line, chosen, width) {
    let changed = false;
    for (const { from, stop, boxes } of linesOf(line, chosen)) {
      const excess = stop - from.start + from.indent - width;
      if (excess <= EPSILON) continue;
      const [widest] = boxes.sort((a, b) => b.right - b.left - (a.right - a.left));
      if (!widest || !this.narrow(widest.wrapper, excess / widest.scale)) continue;
      changed = true;
      // what is taller now needs taller fences
      for (let up = widest.wrapper.parent; up && this.breaks.open.has(up.node); up = up.parent) up.stretchChildren?.();
    }
    return changed;
  }

  /**
   * Makes a fraction, root or table narrower by so many em, if it can be.
   *
   * @param {MJ.Wrapper} box
   * @param {number} excess
   */
  narrow(box, excess) {
    const { w } = box.getOuterBBox();
    const target = w - excess;
    if (target < LEAST) return false;
    this.rows += 1;
    if (box.node.isKind('mfrac') && !box.node.attributes.get('bevelled')) {
      this.narrowParts(box.childNodes, w - target);
    } else if (box.node.isKind('msqrt') || box.node.isKind('mroot')) {
      const base = box.childNodes[box.base];
      this.breakToWidth(base, target - box.rootWidth());
      box.getStretchedSurd();
    } else if (box.node.isKind('menclose')) {
      const [inside] = box.childNodes;
      this.breakToWidth(inside, target - (w - inside.getOuterBBox().w));
    } else if (box.node.isKind('mtable') && box.node.attributes.get('width') === 'auto') {
      fitTable(box, target);
    }
    return box.getOuterBBox().w < w - EPSILON;
  }

  /**
   * Breaks numerator and denominator, neither to less than the other needs.
   *
   * @param {MJ.Wrapper[]} parts
   * @param {number} excess
   */
  narrowParts(parts, excess) {
    const [wider, other] = [...parts].sort((a, b) => widthOf(b) - widthOf(a));
    const room = widthOf(wider) - excess;
    this.breakToWidth(wider, room / wider.getOuterBBox().rscale);
    const reached = Math.max(room, widthOf(wider));
    if (widthOf(other) > reached) this.breakToWidth(other, reached / other.getOuterBBox().rscale);
  }
}

/**
 * Whether lines can stay as they are though they are filled, and not a line a step.
 *
 * @param {Line} line
 * @param {Chosen[]} chosen
 */
function isFilled({ chances }, chosen) {
  const steps = chances.filter(({ step }) => step);
  if (!chosen.length || !steps.length) return true;
  return chosen.length < FILLED && steps[0].end < chosen[0].end && chosen.every(isOuter);
}

/**
 * Whether a break is one between steps or statements, and not inside one.
 *
 * @param {BreakOpportunity} chance
 */
function isOuter({ cost }) {
  return !cost.depth && OUTER.has(cost.kind);
}

/**
 * How long the longest step of a chain is, em.
 *
 * @param {BreakOpportunity[]} chances
 * @param {number} end
 */
function longestStep(chances, end) {
  const last = chances.filter(({ step }) => step).pop();
  return Math.max(last ? end - last.start : 0, ...chances.map(({ step }) => step));
}

/**
 * The lines that chosen breaks make of a row, and what stands in each.
 *
 * @param {Line} line
 * @param {Chosen[]} chosen
 */
function linesOf({ end, boxes }, chosen) {
  return [{ start: 0, indent: 0 }, ...chosen].map((from, i) => {
    const stop = chosen[i]?.end ?? end;
    return {
      from,
      stop,
      boxes: boxes.filter((box) => box.left >= from.start - EPSILON && box.right <= stop + EPSILON),
    };
  });
}

/**
 * Takes all breaks of a formula back.
 * @param {MJ.Wrapper} root   its wrapper
 * @param {import('./breaks.js').Breaks} breaks
 * @returns {MJ.Wrapper} the same wrapper, to be measured anew
 */
export function unbroken(root, { at }) {
  for (const node of at.keys()) {
    const wrapper = root.jax.nodeMap.get(node);
    for (const broken of wrapper ? [wrapper, signBehind(wrapper)] : []) if (broken?.breakStyle) setBreak(broken, '');
  }
  root.invalidateBBox();
  return root;
}

/**
 * Where the line after a break starts; whether that is new.
 *
 * @param {MJ.Attributes} attributes
 * @param {Omit<Chosen, 'wrapper'> & {tall: boolean}} place
 */
function setPlace(attributes, { indent, skipped, tall }) {
  const shift = `${(indent - skipped).toFixed(3)}em`;
  const leading = tall ? TALL_LEADING : LEADING;
  if (attributes.get('indentshift') === shift && attributes.get('data-lineleading') === leading) return false;
  attributes.setList({
    indentalign: 'left',
    indentshift: shift,
    indentalignfirst: 'left',
    indentshiftfirst: '0',
    indentalignlast: 'left',
    indentshiftlast: shift,
    'data-lineleading': leading,
  });
  return true;
}

/**
 * Breaks at a chance, or no longer.
 *
 * @param {MJ.Wrapper} wrapper
 * @param {string} style
 */
function setBreak(wrapper, style) {
  wrapper.setBreakStyle(style);
  wrapper.getBBox(); // only what has been measured passes the news on to its parents
  wrapper.invalidateBBox();
  following(wrapper)?.invalidateBBox(); // it has lost the space before it
}

/**
 * The sign behind a chance to break, if one is there.
 *
 * @param {MJ.Wrapper} chance
 */
function signBehind(chance) {
  const next = following(chance)?.node;
  return next?.isEmbellished ? chance.jax.nodeMap.get(next.coreMO()) : undefined;
}

/**
 * What stands behind a chance to break.
 *
 * @param {MJ.Wrapper} wrapper
 */
function following({ parent, node }) {
  return parent.childNodes[parent.node.childNodes.indexOf(node) + 1];
}

/**
 * What a numerator or a denominator takes of its fraction's width.
 *
 * @param {MJ.Wrapper} part
 */
function widthOf(part) {
  const { w, rscale } = part.getOuterBBox();
  return w * rscale;
}

/**
 * Breaks the cells of a table that is part of a line. (MathJax only fits tables to the whole width.)
 * @param {MJ.Wrapper} table   its wrapper
 * @param {number} width   in em
 */
function fitTable(table, width) {
  const { jax } = table;
  const whole = jax.containerWidth;
  jax.containerWidth = width;
  table.adjustWideTable();
  jax.containerWidth = whole;
  table.stretchColumns();
  table.stretchRows();
  table.invalidateBBox();
}

/**
 * Column widths for a table that is too wide, in place of MathJax's (which takes a share of every
 * column): the widest columns give way first, down to a common width, so that the left sides of an
 * alignment stay whole as long as the right sides can be broken.
 * @this {MJ.Wrapper} the wrapper of the table
 * @param {number} width   in em
 */
export function adjustColumnWidths(width) {
  const { W } = this.getTableData();
  const widths = W.map((w, i) => {
    const fixed = this.cWidths[i];
    return typeof fixed === 'number' ? fixed : w;
  });
  const sum = (/** @type {number[]} */ list) => list.reduce((total, w) => total + w, 0);
  const room = width - sum([...this.cLines, ...this.cSpace]) - this.fSpace[0] - this.fSpace[2];
  const rising = [...widths].sort((a, b) => a - b);
  let left = room;
  let cap = Infinity;
  rising.some((w, i) => {
    const share = left / (rising.length - i);
    left -= w;
    if (w > share) cap = share;
    return w > share;
  });
  this.cWidths = widths.map((w) => Math.max(Math.min(w, cap), 0));
}
