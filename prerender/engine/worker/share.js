/**
 * The marks of a formula's layouts in, their drawings with common pieces out.
 *
 * Breaking a formula moves its marks and draws few anew. So a run of marks that keeps its shape in
 * all layouts is a piece: drawn once, in the first layout that has it, and referred to by others.
 */

import { drawing } from './draw.js';
import { nameOf } from './outline.js';

/**
 * @typedef {import('./draw.js').Mark} Mark
 *
 * A part of a drawing: markup, or a piece that is defined here: its name and its markup.
 * @typedef {string | [string, string]} Part
 */

/** A piece of less markup than this is drawn again: a reference costs as much. */
const WORTH = 60;
/** What cannot be drawn twice by reference without being another thing: a link, an anchor. */
const ALONE = /<a | id="/;

/**
 * @param {Mark[][]} layouts  the first is the natural one
 * @returns {Part[][]} for each layout what it draws
 */
export function share(layouts) {
  const rest = layouts.map((marks) => marks.map((mark) => ({ ...mark, key: mark.at(0, 0), done: false })));
  /** @type {Part[][]} */
  const result = layouts.map(() => []);
  rest.forEach((own, first) => {
    const open = own.filter((mark) => !mark.done);
    const twins = rest.map((other, i) => (i > first ? match(open, other.filter((mark) => !mark.done)) : open));
    for (const [from, to] of runs(open, twins.slice(first + 1))) {
      place(result, open.slice(from, to), twins.map((twin) => twin[from]), first);
      for (const twin of twins) for (const mark of twin.slice(from, to)) if (mark) mark.done = true;
    }
  });
  return result.map(merged);
}

/**
 * Draw a piece in its first layout, and refer to it, or draw it again, in those that have it too.
 *
 * @param {Part[][]} result
 * @param {Mark[]} piece
 * @param {(Mark | undefined)[]} twins  the first mark of the piece in each layout
 * @param {number} first
 */
function place(result, piece, twins, first) {
  const markup = drawing(piece);
  const users = twins.flatMap((twin, i) => (i > first && twin ? [{ twin, i }] : []));
  const named = users.length > 0 && markup.length > WORTH && !ALONE.test(markup);
  const name = named ? nameOf(markup) : '';
  result[first].push(named ? [name, markup] : markup);
  for (const { twin, i } of users) {
    const [dx, dy] = [twin.x - piece[0].x, twin.y - piece[0].y];
    const moved = piece.map((mark) => ({ ...mark, x: mark.x + dx, y: mark.y + dy }));
    result[i].push(named ? reference(name, dx, dy) : drawing(moved).replace(/ id="[^"]*"/g, ''));
  }
}

/**
 * @param {string} name
 * @param {number} dx
 * @param {number} dy
 */
function reference(name, dx, dy) {
  const [x, y] = [Math.round(dx), Math.round(dy)];
  return `<use href="#${name}"${x ? ` x="${x}"` : ''}${y ? ` y="${y}"` : ''}/>`;
}

/**
 * The runs of marks that stand to each other as in the first layout in all others, or are missing.
 *
 * @param {Mark[]} own
 * @param {(Mark | undefined)[][]} twins
 * @returns {Generator<[number, number]>}
 */
function* runs(own, twins) {
  let from = 0;
  for (let at = 1; at <= own.length; at++) {
    const goesOn =
      at < own.length && twins.every((twin) => follows(own[at - 1], own[at], twin[at - 1], twin[at]));
    if (goesOn) continue;
    yield [from, at];
    from = at;
  }
}

/**
 * @param {Mark} a
 * @param {Mark} b
 * @param {Mark | undefined} a2
 * @param {Mark | undefined} b2
 */
function follows(a, b, a2, b2) {
  if (!a2 || !b2) return !a2 && !b2;
  return Math.abs(b.x - a.x - b2.x + a2.x) < 1 && Math.abs(b.y - a.y - b2.y + a2.y) < 1;
}

/**
 * For each mark its twin in another layout, in order: the longest common subsequence.
 *
 * @template {{key: string}} M
 * @param {M[]} a
 * @param {M[]} b
 * @returns {(M | undefined)[]}
 */
function match(a, b) {
  let start = 0;
  while (start < a.length && start < b.length && a[start].key === b[start].key) start++;
  /** @type {(M | undefined)[]} */
  const twins = b.slice(0, start);
  const [n, m] = [a.length - start, b.length - start];
  const length = Array.from({ length: n + 1 }, () => new Uint16Array(m + 1));
  for (let i = n - 1; i >= 0; i--) {
    for (let j = m - 1; j >= 0; j--) {
      const same = a[start + i].key === b[start + j].key;
      length[i][j] = same ? length[i + 1][j + 1] + 1 : Math.max(length[i + 1][j], length[i][j + 1]);
    }
  }
  for (let i = 0, j = 0; i < n; i++) {
    while (j < m && length[i][j] === length[i][j + 1]) j++;
    const taken = j < m && a[start + i].key === b[start + j].key && length[i][j] === length[i + 1][j + 1] + 1;
    twins.push(taken ? b[start + j++] : undefined);
  }
  return twins;
}

/**
 * Markup between two definitions as one part.
 *
 * @param {Part[]} parts
 */
function merged(parts) {
  /** @type {Part[]} */
  const result = [];
  for (const part of parts) {
    const last = result.length - 1;
    if (typeof part === 'string' && typeof result[last] === 'string') result[last] += part;
    else result.push(part);
  }
  return result;
}
