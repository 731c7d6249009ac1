/**
 * An inline formula in; where a line of text may end in it, out: as in TeX, after a relation or an
 * operator of its outermost level.
 *
 * MathJax finds the places (`markInlineBreaks`) by attributes of the signs, which are set here, and
 * draws a picture for each part; parts that are not worth a break are put together again.
 */
import { CLASSES, fences, isSpace } from './breaks.js';
import { adopt } from './fold.js';

/** ex: a formula up to here is one word. */
const WORD = 12;
/** ex: parts up to here, as wide as the narrowest column, are not broken within fences. */
const COLUMN = 26;

const EX = 442; // thousandths of an em

const { BIN, REL } = CLASSES;

/**
 * @typedef {object} Part   a picture, in thousandths of an em
 * @property {number} width
 * @property {number} height
 * @property {number} depth
 * @property {import('../draw.js').Mark[]} marks
 * @property {number | 'newline' | null} break_before   the space before it
 */

/**
 * Puts a place where a line may end behind each sign of a row that TeX would break at; MathJax finds
 * no others.
 * @param {any} row   a node of the compiled formula
 */
export function breakAsTeX(row) {
  const signs = new Map(signsOf(row).map((one) => [one.sign, one]));
  const children = [];
  let due = false; // behind the space that the author put behind a sign
  for (const child of row.childNodes) {
    if (due && !isSpace(child)) children.push(placeIn(row));
    due = signs.get(child)?.allowed || (due && isSpace(child));
    children.push(child);
    if (signs.has(child)) keepTogether(child.coreMO());
    // \allowbreak has no width
    else if (child.isKind('mspace') && child.attributes.getExplicit('width') !== undefined) keepTogether(child);
  }
  if (children.length > row.childNodes.length) adopt(row, children);
}

/** No line ends at a node unless it was told to. */
function keepTogether({ attributes }) {
  if (attributes.getExplicit('linebreak') === undefined) attributes.getAllInherited().linebreak = 'nobreak';
}

/** A place where a line may end. */
function placeIn(row) {
  const place = row.factory.create('mspace');
  Object.assign(place.attributes.getAllInherited(), row.attributes.getAllInherited());
  place.setProperty(PLACE, true);
  return place;
}

/** Marks them. */
const PLACE = 'prerender-place';

/**
 * The space that MathJax drops where a line starts is what the places take if none does.
 * @param {any} root   MathJax's wrapper of the formula
 */
export function spaceAtPlaces(root) {
  root.childNodes.forEach((child, i) => {
    if (child.node.getProperty(PLACE)) child.getLineBBox(0).originalL = root.childNodes[i + 1].getOuterBBox().L;
    else if (child.breakCount) spaceAtPlaces(child);
  });
}

/** The signs of a row that MathJax would break at, and how many fences are around each. */
function signsOf(row) {
  const solid = row.childNodes.filter((child) => !isSpace(child) && !child.isEmpty);
  const depths = fences(solid);
  const classOf = (child) => (child?.isEmbellished ? child.coreMO().texClass : null);
  return solid.flatMap((sign, i) => {
    if (!sign.isEmbellished) return [];
    const cls = classOf(sign);
    // nothing ends at a sign that starts or ends the formula, or between two relations
    const inside = i > 0 && i + 1 < solid.length;
    const allowed = inside && (cls === BIN || (cls === REL && classOf(solid[i + 1]) !== REL));
    return [{ sign, allowed, depth: depths[i] }];
  });
}

/**
 * How many fences are around each break of a formula, in order; only those that MathJax makes in its
 * outermost row.
 * @param {any} root   the compiled formula
 */
export function depthsOfBreaks(root) {
  const row = root.childNodes[0];
  return row ? signsOf(row).flatMap(({ allowed, depth }) => (allowed ? [depth] : [])) : [];
}

/**
 * Parts between which a line may well end.
 * @param {Part[]} parts
 * @param {number[]} depths   of the breaks between them
 * @returns {Part[]}
 */
export function joined(parts, depths) {
  const whole = parts.reduce((sum, { width, break_before }) => sum + width + (Number(break_before) || 0), 0);
  const known = depths.length === parts.length - 1;
  const out = [parts[0]];
  parts.slice(1).forEach((part, i) => {
    const last = out.at(-1);
    const width = last.width + part.break_before + part.width;
    const together = whole <= WORD * EX || (known && depths[i] > 0 && width <= COLUMN * EX);
    if (typeof part.break_before === 'number' && together) out[out.length - 1] = join(last, part);
    else out.push(part);
  });
  return out;
}

/** Two parts as one. */
function join(a, b) {
  const shift = a.width + b.break_before;
  return {
    ...a,
    width: shift + b.width,
    height: Math.max(a.height, b.height),
    depth: Math.max(a.depth, b.depth),
    marks: [...a.marks, ...b.marks.map((mark) => ({ ...mark, x: mark.x + shift }))],
  };
}
