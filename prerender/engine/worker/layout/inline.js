/**
 * An inline formula in; where a line of text may end in it, out: as in TeX, after a relation or an
 * operator of its outermost level.
 *
 * MathJax breaks at spaces that were put there, and draws a picture for each part; parts that are not
 * worth a break are put together again.
 */
import { CLASSES, fences, isSpace } from './breaks.js';
import { adopt } from './fold.js';
import { NARROWEST, X_HEIGHT } from '../protocol.js';

/** ex: a formula up to here is one word. */
const WORD = 12;
const { BIN, REL } = CLASSES;

/**
 * @typedef {object} Part   a picture, in thousandths of an em
 * @property {number} width
 * @property {number} height
 * @property {number} depth
 * @property {import('../forms.js').Content} content   as its form of markup has it
 * @property {number | 'newline' | null} break_before   the space before it; 'newline'; null: it is the first
 */

/**
 * Puts a place where a line may end behind each sign of a row that TeX would break at; MathJax finds
 * no others.
 *
 * @param {MJ.Node} row   of the compiled formula, whose TeX classes are set
 */
export function breakAsTeX(row) {
  const signs = new Map(signsOf(row).map((one) => [one.sign, one]));
  /** @type {MJ.Node[]} */
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

/**
 * No line ends at a node unless it was told to.
 *
 * @param {MJ.Node} node
 */
function keepTogether({ attributes }) {
  if (attributes.getExplicit('linebreak') === undefined) attributes.getAllInherited().linebreak = 'nobreak';
}

/**
 * A place where a line may end.
 *
 * @param {MJ.Node} row
 */
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
 *
 * @param {MJ.Wrapper} root   of the formula
 */
export function spaceAtPlaces(root) {
  root.childNodes.forEach((child, i) => {
    if (child.node.getProperty(PLACE)) child.getLineBBox(0).originalL = root.childNodes[i + 1].getOuterBBox().L;
    else if (child.breakCount) spaceAtPlaces(child);
  });
}

/**
 * The signs of a row that MathJax would break at; whether TeX does; how many fences are around each.
 *
 * @param {MJ.Node} row
 */
function signsOf(row) {
  const solid = row.childNodes.filter((child) => !isSpace(child) && !child.isEmpty);
  const depths = fences(solid);
  const classes = solid.map((child) => (child.isEmbellished ? child.coreMO().texClass : -1));
  return solid.flatMap((sign, i) => {
    if (!sign.isEmbellished) return [];
    // nothing ends at a sign that starts or ends the formula, or between two relations
    const inside = i > 0 && i + 1 < solid.length;
    const allowed = inside && (classes[i] === BIN || (classes[i] === REL && classes[i + 1] !== REL));
    return [{ sign, allowed, depth: depths[i] }];
  });
}

/**
 * How many fences are around each break of a formula, in order; only those that MathJax makes in its
 * outermost row.
 *
 * @param {MJ.Node} root   the compiled formula
 */
export function depthsOfBreaks(root) {
  const [row] = root.childNodes;
  return row ? signsOf(row).flatMap(({ allowed, depth }) => (allowed ? [depth] : [])) : [];
}

/**
 * Parts between which a line may well end.
 *
 * @param {Part[]} parts
 * @param {number[]} depths   of the breaks between them
 * @param {import('../forms.js').Form['beside']} beside
 * @returns {Part[]}
 */
export function joined(parts, depths, beside) {
  const whole = parts.reduce((sum, { width, break_before: space }) => sum + width + (Number(space) || 0), 0);
  const known = depths.length === parts.length - 1;
  const out = parts.slice(0, 1);
  parts.slice(1).forEach((part, i) => {
    const last = out[out.length - 1];
    const { break_before: space } = part;
    if (typeof space === 'number') {
      const width = last.width + space + part.width;
      if (whole <= WORD * X_HEIGHT || (known && depths[i] > 0 && width <= NARROWEST * X_HEIGHT)) {
        out[out.length - 1] = join(last, part, last.width + space, beside);
        return;
      }
    }
    out.push(part);
  });
  return out;
}

/**
 * Two parts as one, the second moved to the right.
 *
 * @param {Part} a
 * @param {Part} b
 * @param {number} shift
 * @param {import('../forms.js').Form['beside']} beside
 * @returns {Part}
 */
function join(a, b, shift, beside) {
  return {
    ...a,
    width: shift + b.width,
    height: Math.max(a.height, b.height),
    depth: Math.max(a.depth, b.depth),
    content: beside(a.content, b.content, shift),
  };
}
