/**
 * Markup with marks where lines end in, a table with a row for each line out.
 *
 * A mark may stand within elements: they end with the line, and begin anew with the next.
 */

import { element, paddingOf, rounded, SIDES, styles } from './core.js';

/**
 * @typedef {object} Start  how a line starts
 * @property {string} align  left, right, center; '': left
 * @property {number} shift  em, how far in
 * @property {number} leading  em, the space above it
 *
 * @typedef {Start & {content: string}} Line
 */

/** No markup is written so, and no text: it has no bare `<`. */
const MARK = /<@(\w*) ([-\d.]+) ([-\d.]+)>/;
const TAG = /<(\/?)([\w-]+)[^<>]*>/g;
/** @type {Start} */
const FIRST = { align: '', shift: 0, leading: 0 };

/** @param {Start} start */
export function markLine({ align, shift, leading }) {
  return `<@${align} ${shift} ${leading}>`;
}

/**
 * @param {string} markup
 * @returns {Line[]}
 */
export function linesOf(markup) {
  const [first, ...rest] = markup.split(MARK);
  const lines = [{ ...FIRST, content: first }];
  for (let at = 0; at < rest.length; at += 4) {
    const [align, shift, leading, content] = rest.slice(at, at + 4);
    lines.push({ align, shift: Number(shift), leading: Number(leading), content });
  }
  // Where an author has broken it, the first line stands as the others do
  if (lines.every(({ align }, index) => !index || align === 'center' || align === 'right')) lines[0].align = lines[1]?.align ?? '';
  /** @type {{name: string, tag: string}[]} */
  const open = [];
  for (const line of lines) {
    const before = open.map(({ tag }) => tag).join('');
    for (const [tag, end, name] of line.content.matchAll(TAG)) {
      if (end) open.pop();
      else open.push({ name, tag });
    }
    const after = open.map(({ name }) => `</${name}>`).reverse();
    line.content = before + line.content + after.join('');
  }
  return lines;
}

/**
 * @param {Line[]} lines
 * @param {boolean} isDisplay  what a table is not by itself
 */
export function joinLines(lines, isDisplay) {
  if (lines.length === 1) return lines[0].content;
  const rows = lines.map((line) => element('mtr', {}, element('mtd', { style: styleOf(line) }, contentOf(line))));
  return element('mtable', { displaystyle: isDisplay ? 'true' : undefined }, rows.join(''));
}

/** @param {Line} line  where it is a cell */
function styleOf({ align, shift, leading }) {
  const room = [leading, 0, 0, Math.max(shift, 0)].map(ems);
  return styles(paddingOf(room), SIDES[align || 'left']);
}

/** @param {Line} line */
function contentOf({ shift, content }) {
  return shift < 0 ? indented({ shift, content }) : content;
}

/**
 * A line where no cell begins with its start.
 *
 * @param {Pick<Line, 'shift' | 'content'>} line
 */
export function indented({ shift, content }) {
  if (!shift) return content;
  const room = shift > 0 ? { width: ems(shift) } : { style: `margin-left:${ems(shift)}` };
  return element('mspace', room, '') + content;
}

/** @param {number} length  in em */
export function ems(length) {
  return length ? `${rounded(length)}em` : '0';
}
