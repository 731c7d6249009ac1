/**
 * What stands in a row (read.js) in, the order to write it in out: what moves the pen, and what is
 * written on the way and takes no room.
 *
 * A pen that writes text goes one way. So of two things that stand one over the other, one takes no
 * room, and is written where the pen comes by before the other.
 */

/**
 * @typedef {import('./read.js').Item} Item
 * @typedef {import('./read.js').Glyph} Glyph
 * @typedef {import('./read.js').Row} Row
 *
 * @typedef {object} Step
 * @property {Item[]} aside  what is written first and takes no room
 * @property {Item | null} item  what moves the pen; null: the end
 */

/** Thousandths of an em of the row by which letters may stand into each other as they are. */
const SLACK = 5;

/** What costs most to write aside: a letter needs an element for that, others have one. */
const COST = { glyph: 3, stretch: 2, bar: 2, box: 0, picture: 0, row: 1 };

/**
 * @param {Row} row
 * @param {number} from  where the pen is
 * @param {number} end  where it is to be at last; Infinity: that is all the same
 * @returns {Step[]}
 */
export function arrange(row, from, end) {
  const slack = SLACK * row.size;
  /** @type {Item[]} */
  const line = [];
  /** @type {Item[]} */
  const aside = [];
  const items = [...row.items].sort((a, b) => a.start - b.start);
  for (const item of items) {
    const over = overlapped(line, item.start + slack);
    const cost = COST[item.kind];
    const yields = item.start < from - slack || isAlwaysAside(item) || over.some((one) => COST[one.kind] > cost || (cost < 3 && COST[one.kind] === cost));
    if (yields) {
      aside.push(...together(row, [item]));
    } else {
      line.splice(line.length - over.length);
      aside.push(...together(row, over));
      line.push(item);
    }
  }
  const last = overlapped(line, end + slack);
  line.splice(line.length - last.length);
  aside.push(...together(row, last));
  return steps(line, aside);
}

/**
 * What the line ends with that reaches behind a place.
 *
 * @param {Item[]} line
 * @param {number} place
 */
function overlapped(line, place) {
  let from = line.length;
  while (from > 0 && line[from - 1].end > place) from -= 1;
  return line.slice(from);
}

/** @param {Item} item */
function isAlwaysAside(item) {
  return item.kind === 'picture' || item.kind === 'box' || (item.kind === 'row' && item.look?.apart === true);
}

/**
 * What is written aside, letters in an element that holds them.
 *
 * @param {Row} row
 * @param {Item[]} items
 * @returns {Item[]}
 */
function together({ y, size }, items) {
  const glyphs = /** @type {Glyph[]} */ (items.filter(({ kind }) => kind === 'glyph'));
  const others = items.filter(({ kind }) => kind !== 'glyph');
  if (!glyphs.length) return others;
  const [start, end] = [glyphs[0].start, Math.max(...glyphs.map((glyph) => glyph.end))];
  return [...others, { kind: 'row', start, end, y, size, look: null, items: glyphs }];
}

/**
 * @param {Item[]} line
 * @param {Item[]} aside  in any order
 * @returns {Step[]}
 */
function steps(line, aside) {
  const waiting = [...aside].sort((a, b) => a.start - b.start);
  /** @type {Step[]} */
  const result = [];
  for (const item of line) {
    // What stands behind its end can be written after it
    const count = waiting.findIndex(({ start }) => start >= item.end);
    result.push({ aside: waiting.splice(0, count < 0 ? waiting.length : count), item });
  }
  return [...result, { aside: waiting, item: null }];
}
