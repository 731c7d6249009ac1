/**
 * Every way to lay a display formula out that is worth having.
 *
 * In: a compiled MathItem. Out: its layouts, from MathJax's natural one to the narrowest wanted.
 * Widths are in ex of the surrounding font (as in MathJax's svg width attribute).
 */
import { openBreaks } from './breaks.js';
import { Breaker, adjustColumnWidths } from './breaker.js';
import { fold } from './fold.js';

/**
 * @typedef {object} Options
 * @property {number} [narrowest]   no layout narrower than this is looked for, ex
 * @property {number} [step]   a layout must be narrower than the one before by this share
 */

/**
 * @typedef {object} Layout
 * @property {number} width     what it needs, ex; without the tag
 * @property {number} height    above the baseline, ex
 * @property {number} depth     below the baseline, ex
 * @property {number} penalty   of its lines and breaks (see PENALTY), 0 for the natural layout
 * @property {number} worst     of its worst break or line; a break from 120 on lies inside fences
 * @property {{width: number, gap: number, side: string, margins: number} | null} tag   of a numbered
 *   formula: the widest tag, the least space between it and the body, `left` or `right`, and what
 *   MathJax keeps free beside the body in all (the same on both sides where it is centred)
 * @property {import('../nodes.js').Sketch} dom  MathJax's mjx-container
 */

/** What it costs to give up the columns of an alignment. */
const FOLDED = 120;

/** What costs this much is ugly: breaks within two pairs of fences (NEST in breaks.js), lone signs. */
const UGLY = 240;
/** ex: the column of a phone of 360 px. What needs more without ugliness would scroll there. */
const PHONE = 44;

/** How much less room to try when a try gained nothing. */
const GIVE_UP = 0.9;

const PX_PER_EM = 16; // cancels out: all lengths leave as ex

/**
 * @param {object} item   a compiled MathItem
 * @param {object} doc    its MathDocument, with SVG output
 * @param {Options} [options]
 * @returns {Layout[]}   widest first; the first is exactly MathJax's own, unbroken
 */
export function layouts(item, doc, { narrowest = 28, step = 0.06 } = {}) {
  const natural = draw(item, doc, 'overflow', 0);
  if (!item.display || natural.width <= narrowest) return [natural];

  const all = [natural, ...descend(item, doc, natural, narrowest, step)];
  // Without its columns an alignment can only win where they cost more than giving them up
  const good = all.findLast((layout) => layout.penalty <= FOLDED);
  const unfold = good.width > narrowest && fold(item.root);
  if (unfold) {
    try {
      for (const layout of descend(item, doc, good, narrowest, step)) {
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
 * @returns {Layout[]}
 */
function descend(item, doc, widest, narrowest, step) {
  const margins = widest.tag?.margins ?? 0;
  const jax = doc.outputJax;
  const { linebreaks } = jax;
  const table = jax.factory.getNodeClass('mtable').prototype;
  const { adjustColumnWidths: shares } = table;
  const breaks = openBreaks(item.root);
  const found = [];
  try {
    table.adjustColumnWidths = adjustColumnWidths;
    let reached = widest.width;
    let room = widest.width;
    while (room > narrowest) {
      room = Math.max(narrowest, Math.min(room * (1 - step), reached * (1 - step)));
      jax.linebreaks = new Breaker(breaks);
      const layout = draw(item, doc, 'linebreak', room + margins);
      ({ penalty: layout.penalty, worst: layout.worst } = jax.linebreaks);
      if (layout.width <= reached * (1 - step)) {
        found.push(layout);
        reached = layout.width;
      } else room *= GIVE_UP;
    }
  } finally {
    breaks.close();
    table.adjustColumnWidths = shares;
    jax.linebreaks = linebreaks;
  }
  return found;
}

/**
 * One layout, by MathJax.
 * @param {'overflow' | 'linebreak'} overflow
 * @param {number} room   for the formula and its tag, ex; where it is 0, tables that are as wide as
 *   their container (multline) get their own width
 * @returns {Layout}
 */
function draw(item, doc, overflow, room) {
  const jax = doc.outputJax;
  const { x_height: ex } = jax.font.params;
  const was = jax.options.displayOverflow;
  jax.options.displayOverflow = overflow;
  item.setMetrics(PX_PER_EM, PX_PER_EM * ex, room * ex * PX_PER_EM, 1);
  jax.containerWidth = Infinity; // MathJax sets it when it breaks lines, and fits tables to it even when not
  jax.table = null;
  let root;
  const processMath = jax.processMath;
  jax.processMath = function (wrapper, parent) {
    root = wrapper;
    return processMath.call(this, wrapper, parent);
  };
  try {
    const dom = jax.typeset(item, doc);
    const table = jax.table?.hasLabels ? jax.table : null;
    const { h, d } = root.getOuterBBox();
    const w = table ? table.getWidth() : root.getOuterBBox().w;
    const layout = { width: w / ex, height: h / ex, depth: d / ex, penalty: 0, worst: 0, tag: null, dom };
    if (table) {
      const attributes = table.node.attributes;
      const gap = table.length2em(attributes.get('minlabelspacing'));
      const { L, R } = table.getBBox();
      layout.tag = {
        width: table.getTableData().L / ex,
        gap: gap / ex,
        side: attributes.get('side'),
        margins: (L + R) / ex,
      };
    }
    return layout;
  } finally {
    delete jax.processMath;
    jax.options.displayOverflow = was;
  }
}

/**
 * Drops what another layout beats (no wider, and its breaks and lines cost no more) and what hardly
 * differs, and what is narrower than anybody needs. The natural one stays.
 */
function worthwhile([natural, ...others], narrowest, step) {
  const kept = [natural];
  others.sort((a, b) => b.width - a.width || a.penalty - b.penalty);
  others.forEach((a, i) => {
    const beaten = others.some((b, k) => k > i && b.penalty <= a.penalty);
    const last = kept.at(-1).width;
    if (!beaten && last > narrowest && a.width <= last * (1 - step)) kept.push(a);
  });
  return kept;
}
