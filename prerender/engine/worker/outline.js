/**
 * A glyph's outline as MathJax's fonts have it in, the shortest path that draws the same, with the
 * axis down, out. Coordinates are whole thousandths of an em, so nothing is rounded.
 *
 * Grammar: https://www.w3.org/TR/SVG2/paths.html#PathDataBNF
 */

const COMMAND = /([MLHVQTCSZ])([^MLHVQTCSZ]*)/g;
const NUMBER = /[-+]?(?:\d+\.?\d*|\.\d+)/g;

/**
 * Coordinates without spare characters: a minus sign separates as well as a space.
 *
 * @param {number[]} values
 */
function compact(values) {
  return values.map((v, i) => (i > 0 && v >= 0 ? ` ${v}` : String(v))).join('');
}

/**
 * The shorter of a command with absolute and with relative coordinates.
 *
 * @param {string} name
 * @param {number[]} values  absolute
 * @param {number[]} from  what each is relative to
 */
function shorter(name, values, from) {
  const absolute = name + compact(values);
  const relative = name.toLowerCase() + compact(values.map((v, i) => v - from[i]));
  return relative.length <= absolute.length ? relative : absolute;
}

/**
 * A command that comes again needs no letter; a second pair after a move would be a line.
 *
 * @param {string} path  with absolute commands and the axis up
 */
export function shorten(path) {
  let [x, y, startX, startY] = [0, 0, 0, 0];
  let [result, last] = ['', ''];
  for (const [, name, list] of path.matchAll(COMMAND)) {
    const values = (list.match(NUMBER) ?? []).map(Number);
    if (name === 'Z') {
      result += last = 'z';
      [x, y] = [startX, startY];
      continue;
    }
    const size = { H: 1, V: 1, M: 2, L: 2, T: 2, Q: 4, S: 4, C: 6 }[name] ?? 2;
    for (let at = 0; at < values.length; at += size) {
      let points = values.slice(at, at + size);
      if (name === 'H') points = [points[0], -y];
      else if (name === 'V') points = [x, points[0]];
      points = points.map((v, i) => (i % 2 ? -v : v) || 0);
      const drawn = segment(name, points, x, y);
      result += drawn[0] === last && name !== 'M' ? drawn.slice(1).replace(/^(?!-)/, ' ') : drawn;
      last = drawn[0];
      [x, y] = points.slice(-2);
      if (name === 'M') [startX, startY] = [x, y];
    }
  }
  return result;
}

/**
 * @param {string} name
 * @param {number[]} points  absolute, axis down
 * @param {number} x  where the pen is
 * @param {number} y
 */
function segment(name, points, x, y) {
  if ('LHV'.includes(name)) {
    const [toX, toY] = points;
    if (toY === y) return shorter('H', [toX], [x]);
    if (toX === x) return shorter('V', [toY], [y]);
    return shorter('L', points, [x, y]);
  }
  return shorter(name, points, points.map((_, i) => (i % 2 ? y : x)));
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const LETTERS = 52;

/**
 * A name for an outline that depends on nothing but the outline: a hash (cyrb53's), of which a page
 * shows as many digits as it needs to tell its outlines apart. The first is a letter, for selectors.
 *
 * @param {string} path
 */
export function nameOf(path) {
  let [a, b] = [0xdeadbeef, 0x41c6ce57];
  for (let i = 0; i < path.length; i++) {
    const code = path.charCodeAt(i);
    a = Math.imul(a ^ code, 2654435761);
    b = Math.imul(b ^ code, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  const digits = [a, a >>> 6, a >>> 12, a >>> 18, b, b >>> 6, b >>> 12, b >>> 18, b >>> 24];
  return digits.map((bits, at) => DIGITS[at ? bits & 63 : (bits >>> 0) % LETTERS]).join('');
}
