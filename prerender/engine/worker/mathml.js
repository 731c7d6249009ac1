/**
 * A compiled formula in, MathML Core out: no element, attribute or value that the specification does not
 * have (https://www.w3.org/TR/mathml-core/); what it lacks is CSS, or other characters.
 *
 * No ids, no classes, no links, no styles of the author's: what is written may stand beside the formula's
 * drawing, which has them.
 */

import { meant } from './chemistry.js';
import { escape } from './draw.js';
import { letter } from './letters.js';

/** MathJax's names of fonts, and the variants that they are. */
/** @type {Record<string, string>} */
const FONTS = {
  '-tex-calligraphic': 'script',
  '-tex-bold-calligraphic': 'bold-script',
  '-tex-mathit': 'italic',
  '-tex-bold-oldstyle': 'bold',
};
/** Named spaces of MathML 3, in em. */
/** @type {Record<string, number>} */
const SPACES = {
  veryverythinmathspace: 1 / 18,
  verythinmathspace: 2 / 18,
  thinmathspace: 3 / 18,
  mediummathspace: 4 / 18,
  thickmathspace: 5 / 18,
  verythickmathspace: 6 / 18,
  veryverythickmathspace: 7 / 18,
};
const LENGTH = /^\s*([-+]?(?:\d+\.?\d*|\.\d+))\s*(em|ex|px|pt|pc|in|cm|mm|rem|%|mu)?\s*$/;
const COLOUR = /^(?:#(?:[\da-f]{3,4}|[\da-f]{6}|[\da-f]{8})|[a-z]+|rgba?\([\d\s.,%/]+\)|hsla?\([\d\s.,%/a-z]+\))$/i;
/** The thickness of lines, in em: MathJax's rules. */
const LINE = '.06em';

/** @typedef {Record<string, string | undefined>} Attributes */

/**
 * @param {MJ.Node} root
 * @returns {string} a `math` element, without a namespace, which HTML does not need
 */
export function mathmlOf(root) {
  const display = root.attributes.get('display') === 'block' ? 'block' : undefined;
  return element('math', { display, ...globals(root) }, inside(root));
}

/**
 * @param {string} name
 * @param {Attributes} attributes  undefined: not there
 * @param {string} content
 */
function element(name, attributes, content) {
  const told = Object.entries(attributes).map(([key, value]) => (value === undefined || value === '' ? '' : ` ${key}="${escape(value)}"`));
  return `<${name}${told.join('')}>${content}</${name}>`;
}

/** @param {MJ.Node} node */
function inside(node) {
  return node.childNodes.map(write).join('');
}

/**
 * @param {MJ.Node} node
 * @returns {string} one element, unless it is a row that is not written
 */
function write(node) {
  if (node.isInferred) return inside(node);
  return (KINDS[node.kind] ?? plain)(node);
}

/**
 * @param {MJ.Node} node  of whose kind there are the same elements in Core
 */
function plain(node) {
  return element(node.kind, globals(node), inside(node));
}

/** @type {Record<string, (node: MJ.Node) => string>} */
const KINDS = {
  TeXAtom: row,
  mrow: row,
  mstyle: row,
  mi: token,
  mn: token,
  mo: operator,
  mtext: token,
  ms: quoted,
  mspace: space,
  mfrac: fraction,
  mpadded: padded,
  menclose: enclosed,
  mover: limits,
  munder: limits,
  munderover: limits,
  mtable: table,
  mtr: (node) => tableRow(node, []),
  mlabeledtr: (node) => tableRow(node, []),
  mtd: (node) => cell(node, ''),
  mfenced: fenced,
  maction: chosen,
  semantics: (node) => (node.childNodes.length ? write(node.childNodes[0]) : empty()),
  annotation: () => '',
  'annotation-xml': () => '',
  none: empty,
  mglyph: (node) => element('mtext', {}, escape(String(node.attributes.get('alt') ?? ''))),
  XML: () => '',
  html: () => '',
};

function empty() {
  return '<mrow></mrow>';
}

/**
 * The attributes that any element may have.
 *
 * @param {MJ.Node} node
 * @returns {Attributes}
 */
function globals(node) {
  const given = (/** @type {string} */ name) => node.attributes.getExplicit(name);
  return {
    displaystyle: truth(given('displaystyle')),
    scriptlevel: /^[-+]?\d+$/.test(given('scriptlevel')) ? String(given('scriptlevel')) : undefined,
    mathcolor: colour(given('mathcolor') ?? given('color')),
    mathbackground: colour(given('mathbackground') ?? given('background')),
    mathsize: sizeOf(given('mathsize') ?? given('fontsize')),
    dir: given('dir') === 'rtl' ? 'rtl' : undefined,
  };
}

/** @param {unknown} value */
function truth(value) {
  return typeof value === 'boolean' || value === 'true' || value === 'false' ? String(value) : undefined;
}

/** @param {unknown} value */
function colour(value) {
  return typeof value === 'string' && COLOUR.test(value) ? value : undefined;
}

/** @param {unknown} value */
function sizeOf(value) {
  const named = { small: '75%', normal: '100%', big: '150%' }[String(value)];
  return named ?? length(value, 100);
}

/**
 * @param {unknown} value  a length of MathML 3
 * @param {number} [unit]  what a number without a unit is, in percent
 * @returns {string | undefined} of CSS; undefined: it is none
 */
function length(value, unit = 100) {
  if (value === undefined || value === null) return undefined;
  const name = String(value).trim().replace(/^negative/, '');
  if (name in SPACES) return `${rounded(SPACES[name] * (name === String(value).trim() ? 1 : -1))}em`;
  const [, digits, suffix] = LENGTH.exec(String(value)) ?? [];
  if (digits === undefined) return undefined;
  if (suffix === 'mu') return `${rounded(Number(digits) / 18)}em`;
  if (!suffix) return Number(digits) === 0 ? '0' : `${rounded(Number(digits) * unit)}%`;
  return `${rounded(Number(digits))}${suffix}`;
}

/** @param {number} value */
function rounded(value) {
  return String(Number(value.toFixed(4))).replace(/^(-?)0\./, '$1.');
}

/** @param {string | undefined} value  a length of CSS, if it is none below zero */
function unlessNegative(value) {
  return value?.startsWith('-') ? undefined : value;
}

/** @param {(string | false | undefined)[]} rules */
function styles(...rules) {
  return rules.filter(Boolean).join(';') || undefined;
}

/** @param {MJ.Node} node  that only holds others together */
function row(node) {
  const attributes = globals(node);
  const content = inside(node);
  const [only, ...others] = node.childNodes.flatMap((child) => (child.isInferred ? child.childNodes : [child]));
  const isBare = Object.values(attributes).every((value) => value === undefined);
  if (only && !others.length && isBare && content.startsWith('<')) return content;
  return element('mrow', attributes, content);
}

/**
 * The text of a token, in the characters of its font, and how it looks where Unicode has none.
 *
 * @param {MJ.Node} node
 * @returns {{content: string, attributes: Attributes}}
 */
function lettered(node) {
  const named = node.attributes.get('mathvariant');
  const variant = FONTS[named] ?? (node.getProperty('ignore-variant') ? undefined : named);
  const letters = [...meant(node.childNodes.map((child) => (child.isKind('text') ? child.getText() : '')).join(''))];
  const isLetter = node.isKind('mi') && letters.length === 1;
  const isPlain = !variant || variant.startsWith('-') || variant === 'normal' || (isLetter && variant === 'italic');
  const changed = isPlain || node.isKind('mtext') ? letters : letters.map((one) => letter(one, variant) ?? one);
  const isWhole = changed.every((one, index) => one !== letters[index] || !/\p{L}|\p{N}/u.test(one));
  const attributes = {
    mathvariant: isLetter && variant === 'normal' ? variant : undefined,
    style: isPlain || isWhole ? undefined : look(variant),
  };
  return { content: escape(changed.join('')), attributes };
}

/** @param {string} variant */
function look(variant) {
  return styles(
    variant.includes('bold') && 'font-weight:bold',
    variant.includes('italic') && 'font-style:italic',
    variant.includes('sans-serif') && 'font-family:sans-serif',
    variant === 'monospace' && 'font-family:monospace',
  );
}

/** @param {MJ.Node} node */
function token(node) {
  const { content, attributes } = lettered(node);
  return element(node.kind, { ...globals(node), ...attributes }, content);
}

/** @param {MJ.Node} node */
function quoted(node) {
  const { content, attributes } = lettered(node);
  const [left, right] = ['lquote', 'rquote'].map((name) => escape(String(node.attributes.get(name))));
  return element('ms', { ...globals(node), ...attributes }, `${left}${content}${right}`);
}

const TRUTHS = ['fence', 'separator', 'stretchy', 'symmetric', 'largeop', 'movablelimits'];

/** @param {MJ.Node} node */
function operator(node) {
  const { content, attributes } = lettered(node);
  const given = (/** @type {string} */ name) => node.attributes.getExplicit(name);
  const form = given('form');
  const isOrdinary = node.getProperty('texClass') === 0;
  const room = (/** @type {string} */ name) => unlessNegative(length(given(name))) ?? (isOrdinary ? '0' : undefined);
  const size = (/** @type {string} */ name) => unlessNegative(length(given(name)));
  return element(
    'mo',
    {
      ...globals(node),
      ...attributes,
      form: ['prefix', 'infix', 'postfix'].includes(form) ? form : undefined,
      ...Object.fromEntries(TRUTHS.map((name) => [name, truth(given(name))])),
      lspace: room('lspace'),
      rspace: room('rspace'),
      minsize: size('minsize'),
      maxsize: size('maxsize'),
    },
    content,
  );
}

/** @param {MJ.Node} node */
function space(node) {
  const given = (/** @type {string} */ name) => length(node.attributes.getExplicit(name));
  const [width, height, depth] = [given('width'), unlessNegative(given('height')), unlessNegative(given('depth'))];
  const back = width?.startsWith('-') ? `margin-left:${width}` : undefined;
  return element('mspace', { ...globals(node), width: back ? undefined : width, height, depth, style: back }, '');
}

/** @param {MJ.Node} node */
function fraction(node) {
  const given = node.attributes.getExplicit('linethickness');
  const thickness = { thin: '50%', medium: undefined, thick: '200%' }[String(given)] ?? unlessNegative(length(given));
  const [above, below] = node.childNodes.map(write);
  if (String(node.attributes.getExplicit('bevelled')) === 'true') return element('mrow', globals(node), `${above}<mo>/</mo>${below}`);
  return element('mfrac', { ...globals(node), linethickness: thickness }, above + below);
}

/**
 * Lengths that are not of its content are attributes; those that are, room around it.
 *
 * @param {MJ.Node} node
 */
function padded(node) {
  const given = (/** @type {string} */ name) => String(node.attributes.getExplicit(name) ?? '').trim();
  const absolute = (/** @type {string} */ name) => (/^[-+]/.test(given(name)) ? undefined : unlessNegative(length(given(name) || undefined)));
  const more = (/** @type {string} */ name) => (/^[-+]/.test(given(name)) ? length(given(name)) : undefined);
  const [, shift] = /^([-+]?[\d.]+)\s*width$/.exec(given('lspace')) ?? [];
  const content = inside(node);
  const moved = shift ? element('mrow', { style: `transform:translateX(${rounded(Number(shift) * 100)}%)` }, content) : content;
  const style = styles(
    more('width') && `margin-right:${more('width')}`,
    more('height') && !more('height')?.startsWith('-') && `padding-top:${more('height')}`,
    more('depth') && !more('depth')?.startsWith('-') && `padding-bottom:${more('depth')}`,
    more('lspace')?.startsWith('-') && `margin-left:${more('lspace')}`,
  );
  const sizes = { width: absolute('width'), height: absolute('height'), depth: absolute('depth') };
  const lspace = shift ? undefined : unlessNegative(length(given('lspace') || undefined));
  return element('mpadded', { ...globals(node), ...sizes, lspace, voffset: length(given('voffset') || undefined), style }, moved);
}

/** What stands for each notation of menclose. */
/** @type {Record<string, string>} */
const NOTATIONS = {
  box: `border:${LINE} solid;padding:.2em`,
  roundedbox: `border:${LINE} solid;border-radius:.4em;padding:.2em`,
  circle: `border:${LINE} solid;border-radius:50%;padding:.3em`,
  left: `border-left:${LINE} solid;padding-left:.2em`,
  right: `border-right:${LINE} solid;padding-right:.2em`,
  top: `border-top:${LINE} solid;padding-top:.2em`,
  bottom: `border-bottom:${LINE} solid;padding-bottom:.2em`,
  actuarial: `border-top:${LINE} solid;border-right:${LINE} solid;padding:.1em .1em 0 0`,
  madruwb: `border-bottom:${LINE} solid;border-right:${LINE} solid;padding:0 .1em .1em 0`,
  longdiv: `border-top:${LINE} solid;border-left:${LINE} solid;border-top-left-radius:.3em;padding:.1em .1em 0 .3em`,
  phasorangle: `border-left:${LINE} solid;border-bottom:${LINE} solid;padding:0 0 .1em .2em`,
};
/** How its lines through the content go. */
/** @type {Record<string, string>} */
const STRIKES = {
  updiagonalstrike: 'to bottom right',
  updiagonalarrow: 'to bottom right',
  northeastarrow: 'to bottom right',
  downdiagonalstrike: 'to bottom left',
  horizontalstrike: 'to bottom',
  verticalstrike: 'to right',
};

/** @param {MJ.Node} node */
function enclosed(node) {
  const names = String(node.attributes.get('notation') ?? 'longdiv').split(/\s+/);
  const half = 'calc(50% - .03em)';
  const strikes = names.filter((name) => name in STRIKES).map((name) => `linear-gradient(${STRIKES[name]},transparent ${half},currentColor ${half} calc(50% + .03em),transparent calc(50% + .03em))`);
  const style = styles(...names.map((name) => NOTATIONS[name]), strikes.length > 0 && `background:${strikes.join(',')}`);
  const content = names.includes('radical') ? element('msqrt', {}, inside(node)) : inside(node);
  return element('mrow', { ...globals(node), style }, content);
}

/** What draws a bar there; MathJax has a dash for it. */
/** @type {Record<string, string>} */
const BARS = { accent: '\u00af', accentunder: '_' };

/** @param {MJ.Node} node  with something above or below it */
function limits(node) {
  const [base, ...scripts] = node.childNodes;
  const names = { mover: ['accent'], munder: ['accentunder'], munderover: ['accentunder', 'accent'] }[node.kind] ?? [];
  const accents = names.map((name, index) => [name, String(node.attributes.getExplicit(name) ?? isAccent(scripts[index])) === 'true' ? 'true' : undefined]);
  const written = scripts.map((script, index) => write(script).replace('>\u2015</mo>', `>${BARS[names[index]]}</mo>`));
  return element(node.kind, { ...globals(node), ...Object.fromEntries(accents) }, write(base) + written.join(''));
}

/** @param {MJ.Node | undefined} node */
function isAccent(node) {
  const core = node?.isEmbellished ? node.coreMO() : null;
  return Boolean(core?.isKind('mo') && core.attributes.get('accent'));
}

/** @param {MJ.Node} node */
function fenced(node) {
  const { open, close, separators } = /** @type {any} */ (node);
  const parts = node.childNodes.map((child, index) => (index > 0 && separators[index - 1] ? write(separators[index - 1]) : '') + write(child));
  return element('mrow', globals(node), (open ? write(open) : '') + parts.join('') + (close ? write(close) : ''));
}

/** @param {MJ.Node} node  of several things that it may show */
function chosen(node) {
  const { selected } = /** @type {any} */ (node);
  return selected ? write(selected) : empty();
}

/** @param {MJ.Node} node */
function table(node) {
  const list = (/** @type {string} */ name) => String(node.attributes.get(name) ?? '').trim().split(/\s+/);
  const frame = { solid: 'solid', dashed: 'dashed' }[list('frame')[0]];
  const lasts = node.childNodes.length - 1;
  const rows = node.childNodes.map((one, index) => {
    const above = index > 0 ? halfOf(at(list('rowspacing'), index - 1)) : '0';
    const below = index < lasts ? halfOf(at(list('rowspacing'), index)) : '0';
    const line = index < lasts ? lineOf(at(list('rowlines'), index)) : undefined;
    const cells = one.childNodes.slice(one.isKind('mlabeledtr') ? 1 : 0).map((_, column, { length: columns }) => {
      const left = column > 0 ? halfOf(at(list('columnspacing'), column - 1)) : '0';
      const right = column < columns - 1 ? halfOf(at(list('columnspacing'), column)) : '0';
      const beside = column < columns - 1 ? lineOf(at(list('columnlines'), column)) : undefined;
      const room = [above, right, below, left];
      return styles(`padding:${room.every((side) => side === '0') ? '0' : room.join(' ')}`, line && `border-bottom:${line}`, beside && `border-right:${beside}`) ?? '';
    });
    return tableRow(one, cells);
  });
  return element('mtable', { ...globals(node), style: frame && `border:${LINE} ${frame}` }, rows.join(''));
}

/**
 * @param {string[]} list  of which the last goes on
 * @param {number} index
 */
function at(list, index) {
  return list[Math.min(index, list.length - 1)];
}

/** @param {string} spacing */
function halfOf(spacing) {
  const [, digits, unit] = LENGTH.exec(length(spacing) ?? '0') ?? [];
  return Number(digits) ? `${rounded(Number(digits) / 2)}${unit === '%' ? 'em' : unit}` : '0';
}

/** @param {string} line */
function lineOf(line) {
  return line === 'solid' || line === 'dashed' ? `${LINE} ${line}` : undefined;
}

/**
 * @param {MJ.Node} node  whose label, if it has one, becomes its last cell
 * @param {string[]} looks  of its cells
 */
function tableRow(node, looks) {
  const [label, cells] = node.isKind('mlabeledtr') ? [node.childNodes[0], node.childNodes.slice(1)] : [null, node.childNodes];
  const written = cells.map((one, index) => cell(one, looks[index] ?? ''));
  if (label) written.push(cell(label, 'padding-left:2em'));
  return element('mtr', globals(node), written.join(''));
}

/** The content of a cell is a block, which Chromium moves to the right by a value of its own only. */
/** @type {Record<string, string>} */
const SIDES = { left: 'text-align:left', right: 'text-align:right;text-align:-webkit-right' };

/**
 * @param {MJ.Node} node
 * @param {string} looks  of its place in the table
 */
function cell(node, looks) {
  const given = (/** @type {string} */ name) => node.attributes.getExplicit(name);
  const side = SIDES[String(node.attributes.get('columnalign'))];
  const edge = { top: 'top', bottom: 'bottom', center: 'middle' }[String(node.attributes.get('rowalign'))];
  const span = (/** @type {string} */ name) => (/^[1-9]\d*$/.test(given(name)) ? String(given(name)) : undefined);
  const style = styles(looks, side, edge && `vertical-align:${edge}`);
  return element('mtd', { ...globals(node), columnspan: span('columnspan'), rowspan: span('rowspan'), style }, inside(node));
}
