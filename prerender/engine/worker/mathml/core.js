/**
 * A compiled formula in, MathML Core out: no element, attribute or value that the specification does not
 * have (https://www.w3.org/TR/mathml-core/); what it lacks is CSS, or other characters.
 *
 * No ids, no classes, no links, no styles of the author's: what is written may stand beside the formula's
 * drawing, which has them.
 */

import { meant } from '../chemistry.js';
import { escape } from '../draw.js';
import { letter } from './letters.js';

/** MathJax's names of fonts, and the variants that they are. */
/** @type {Record<string, string>} */
const FONTS = {
  '-tex-calligraphic': 'script',
  '-tex-bold-calligraphic': 'bold-script',
  '-tex-mathit': 'italic',
  '-tex-bold-oldstyle': 'bold',
  '-bbm-normal': 'double-struck',
  '-bbm-bold': 'double-struck',
  '-bbm-sans-serif': 'double-struck',
  '-bbm-sans-serif-bold': 'double-struck',
  '-bbm-monospace': 'double-struck',
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
/** TeX's units, in em of a font of 10 points. */
/** @type {Record<string, number>} */
const EMS = { mu: 1 / 18, pt: 0.1, pc: 1.2 };
const LENGTH = /^\s*([-+]?(?:\d+\.?\d*|\.\d+))\s*(em|ex|px|pt|pc|in|cm|mm|rem|%|mu)?\s*$/;
const COLOUR = /^(?:#(?:[\da-f]{3,4}|[\da-f]{6}|[\da-f]{8})|[a-z]+|rgba?\([\d\s.,%/]+\)|hsla?\([\d\s.,%/a-z]+\))$/i;
const ROOT = /^m(sqrt|root)$/;
/** Browsers take them away. */
const OUTER_SPACES = /^ | $/g;
/** How many rows a brace spans, until that is known. */
const ALL = 'all';
/** The thickness of lines, in em: MathJax's rules. */
const LINE = '.06em';

/** @typedef {Record<string, string | undefined>} Attributes */

/**
 * @param {MJ.Node} root
 * @returns {string} a `math` element, without a namespace, which HTML does not need
 */
export function mathmlOf(root) {
  return new CoreWriter().math(root);
}

/** Writes nodes of a formula for readers; that for pages (writer.js) writes more of them. */
export class CoreWriter {
  /** @type {Set<string>} the characters that it shows */
  glyphs = new Set();

  /**
   * @param {MJ.Node} root
   * @returns {string} a `math` element, without a namespace, which HTML does not need
   */
  math(root) {
    const display = root.attributes.get('display') === 'block' ? 'block' : undefined;
    return element('math', { display, ...this.globals(root) }, this.inside(root));
  }

  /** @param {MJ.Node} node */
  inside(node) {
    return this.series(node.childNodes);
  }

  /** @param {MJ.Node[]} nodes  beside each other */
  series(nodes) {
    return nodes.map((child) => this.write(child)).join('');
  }

  /**
   * @param {MJ.Node} node
   * @returns {string} one element, unless it is a row that is not written
   */
  write(node) {
    if (node.isInferred) return this.inside(node);
    return KINDS[node.kind]?.(this, node) ?? this.plain(node);
  }

  /**
   * @param {MJ.Node} node  of whose kind there are the same elements in Core
   */
  plain(node) {
    return ROOT.test(node.kind) ? this.root(node.kind, this.globals(node), this.inside(node)) : element(node.kind, this.globals(node), this.inside(node));
  }

  /**
   * @param {string} name
   * @param {Attributes} attributes
   * @param {string} content
   */
  root(name, attributes, content) {
    this.glyphs.add('\u221a');
    return element(name, attributes, content);
  }

  /**
   * What is no part of the line around it: a numerator, a cell.
   *
   * @param {MJ.Node} node
   */
  part(node) {
    return this.write(node);
  }

  /** @param {MJ.Node} node  that only holds others together */
  row(node) {
    const attributes = this.globals(node);
    const content = this.inside(node);
    const [only, ...others] = node.childNodes.flatMap((child) => (child.isInferred ? child.childNodes : [child]));
    const isBare = Object.values(attributes).every((value) => value === undefined);
    if (only && !others.length && isBare && content.startsWith('<')) return content;
    return element('mrow', attributes, content);
  }

  /** @param {MJ.Node} node */
  token(node) {
    const { content, attributes } = this.lettered(node);
    return element(node.kind, merged(this.globals(node), attributes), content);
  }

  /** @param {MJ.Node} node */
  quoted(node) {
    const { content, attributes } = this.lettered(node);
    const [left, right] = ['lquote', 'rquote'].map((name) => escape(String(node.attributes.get(name))));
    return element('ms', merged(this.globals(node), attributes), `${left}${content}${right}`);
  }

  /** @param {MJ.Node} node */
  operator(node) {
    const { content, attributes } = this.lettered(node);
    const given = (/** @type {string} */ name) => node.attributes.getExplicit(name);
    return element(
      'mo',
      {
        ...merged(this.globals(node), attributes),
        ...Object.fromEntries(TRUTHS.map((name) => [name, truth(given(name))])),
        ...this.spacing(node),
      },
      content,
    );
  }

  /**
   * The attributes of an operator that tell its place, and its size.
   *
   * @param {MJ.Node} node
   * @returns {Attributes}
   */
  spacing(node) {
    const given = (/** @type {string} */ name) => node.attributes.getExplicit(name);
    const form = given('form');
    const isOrdinary = node.getProperty('texClass') === 0;
    const room = (/** @type {string} */ name) => unlessNegative(length(given(name))) ?? (isOrdinary ? '0' : undefined);
    const size = (/** @type {string} */ name) => unlessNegative(length(given(name)));
    return {
      form: ['prefix', 'infix', 'postfix'].includes(form) ? form : undefined,
      lspace: room('lspace'),
      rspace: room('rspace'),
      minsize: size('minsize'),
      maxsize: size('maxsize'),
    };
  }

  /** @param {MJ.Node} node */
  space(node) {
    const given = (/** @type {string} */ name) => length(node.attributes.getExplicit(name));
    const [width, height, depth] = [given('width'), unlessNegative(given('height')), unlessNegative(given('depth'))];
    const back = width?.startsWith('-') ? `margin-left:${width}` : undefined;
    return element('mspace', merged(this.globals(node), { width: back ? undefined : width, height, depth, style: back }), '');
  }

  /** @param {MJ.Node} node */
  fraction(node) {
    const given = node.attributes.getExplicit('linethickness');
    const thickness = { thin: '50%', medium: undefined, thick: '200%' }[String(given)] ?? unlessNegative(length(given));
    const [above, below] = node.childNodes.map((child) => this.part(child));
    if (String(node.attributes.getExplicit('bevelled')) === 'true') return element('mrow', this.globals(node), `${above}<mo>/</mo>${below}`);
    return element('mfrac', { ...this.globals(node), linethickness: thickness }, above + below);
  }

  /**
   * Lengths that are not of its content are attributes; those that are, room around it.
   *
   * @param {MJ.Node} node
   */
  padded(node) {
    const given = (/** @type {string} */ name) => String(node.attributes.getExplicit(name) ?? '').trim();
    const absolute = (/** @type {string} */ name) => (/^[-+]/.test(given(name)) ? undefined : unlessNegative(length(given(name) || undefined)));
    const more = (/** @type {string} */ name) => (/^[-+]/.test(given(name)) ? length(given(name)) : undefined);
    const [, shift] = /^([-+]?[\d.]+)\s*width$/.exec(given('lspace')) ?? [];
    const lspace = shift ? undefined : unlessNegative(length(given('lspace') || undefined));
    const content = this.inside(node);
    const moved = shift ? element('mrow', { style: `transform:translateX(${rounded(Number(shift) * 100)}%)` }, content) : content;
    const inherited = this.globals(node);
    // What is around the content is part of a box that has a ground, or a frame
    const isBox = inherited.mathbackground || inherited.style;
    const style = styles(
      inherited.style,
      isBox && lspace && `padding-left:${lspace}`,
      more('width') && (isBox ? `padding-right:calc(${more('width')} - ${lspace ?? '0px'})` : `margin-right:${more('width')}`),
      more('height') && !more('height')?.startsWith('-') && `padding-top:${more('height')}`,
      more('depth') && !more('depth')?.startsWith('-') && `padding-bottom:${more('depth')}`,
      more('lspace')?.startsWith('-') && `margin-left:${more('lspace')}`,
    );
    const sizes = { width: absolute('width'), height: absolute('height'), depth: absolute('depth') };
    return element('mpadded', { ...inherited, ...sizes, lspace: isBox ? undefined : lspace, voffset: length(given('voffset') || undefined), style }, moved);
  }

  /** @param {MJ.Node} node */
  enclosed(node) {
    const names = String(node.attributes.get('notation') ?? 'longdiv').split(/\s+/);
    const strikes = names.filter((name) => name in STRIKES).map((name) => stroke(STRIKES[name]));
    const style = styles(...names.map((name) => NOTATIONS[name]), strikes.length > 0 && `background-image:${strikes.join(',')};padding:.2em`);
    const inside = node.childNodes.map((child) => this.part(child)).join('');
    const content = names.includes('radical') ? this.root('msqrt', {}, inside) : inside;
    return element('mrow', merged(this.globals(node), { style }), content);
  }

  /** @param {MJ.Node} node  with something above or below it */
  limits(node) {
    const [base, ...scripts] = node.childNodes;
    const names = { mover: ['accent'], munder: ['accentunder'], munderover: ['accentunder', 'accent'] }[node.kind] ?? [];
    const accents = names.map((name, index) => [name, String(node.attributes.getExplicit(name) ?? isAccent(scripts[index])) === 'true' ? 'true' : undefined]);
    const written = scripts.map((script, index) => this.#bar(this.write(script), BARS[names[index]]));
    return element(node.kind, { ...this.globals(node), ...Object.fromEntries(accents) }, this.write(base) + written.join(''));
  }

  /**
   * @param {string} written
   * @param {string} bar
   */
  #bar(written, bar) {
    if (!written.endsWith('>\u2015</mo>')) return written;
    this.glyphs.add(bar);
    return written.replace('>\u2015</mo>', `>${bar}</mo>`);
  }

  /** @param {MJ.Node} node */
  fenced(node) {
    const { open, close, separators } = /** @type {any} */ (node);
    const parts = node.childNodes.map((child, index) => (index > 0 && separators[index - 1] ? this.write(separators[index - 1]) : '') + this.write(child));
    return element('mrow', this.globals(node), (open ? this.write(open) : '') + parts.join('') + (close ? this.write(close) : ''));
  }

  /** @param {MJ.Node} node  of several things that it may show */
  chosen(node) {
    const { selected } = /** @type {any} */ (node);
    return selected ? this.write(selected) : empty();
  }

  /** @param {MJ.Node} node */
  table(node) {
    const list = (/** @type {string} */ name) => String(node.attributes.get(name) ?? '').trim().split(/\s+/);
    const frame = { solid: 'solid', dashed: 'dashed' }[list('frame')[0]];
    const [beside, around] = frame ? [...list('framespacing'), '0'].map((one) => length(one) ?? '0') : ['0', '0'];
    const lasts = node.childNodes.length - 1;
    const rows = node.childNodes.flatMap((one, index) => {
      const above = index > 0 ? halfOf(at(list('rowspacing'), index - 1)) : around;
      const below = index < lasts ? halfOf(at(list('rowspacing'), index)) : around;
      const line = index < lasts ? lineOf(at(list('rowlines'), index)) : undefined;
      const cells = cellsOf(one);
      const first = isBesideBrace(one) ? 1 : 0;
      const looks = cells.map((_, place) => {
        const column = place + first;
        const isLast = place === cells.length - 1;
        const left = column > 0 ? halfOf(at(list('columnspacing'), column - 1)) : beside;
        const right = isLast ? beside : halfOf(at(list('columnspacing'), column));
        const next = isLast ? undefined : lineOf(at(list('columnlines'), column));
        return { room: [above, right, below, left], lines: styles(line && `border-bottom:${line}`, next && `border-right:${next}`) };
      });
      return this.tableRows(one, looks);
    });
    const written = rows.join('').replaceAll(` rowspan="${ALL}"`, ` rowspan="${rows.length}"`);
    return element('mtable', merged(this.globals(node), { style: frame && `border:${LINE} ${frame}` }), written);
  }

  /**
   * @param {MJ.Node} node  whose label, if it has one, becomes its last cell
   * @param {Looks[]} looks  of its cells
   * @returns {string[]} one, or more where there are more lines
   */
  tableRows(node, looks) {
    const written = cellsOf(node).map((one, index) => (braceIn(one) ? this.brace(one, looks[index]) : this.cell(one, looks[index], this.inside(one))));
    const label = labelOf(node);
    if (label) written.push(this.cell(label, { room: ['0', '0', '0', '2em'] }, this.inside(label)));
    return [element('mtr', this.globals(node), written.join(''))];
  }

  /**
   * A brace beside all rows, and what is at its side: MathJax moves it there by how high it is, and has
   * copies of the rows, which nobody sees, to know that.
   *
   * @param {MJ.Node} node  the cell of the first row that has it
   * @param {Looks} looks
   */
  brace(node, { room: [, right, , left], lines }) {
    const content = this.series(/** @type {MJ.Node[]} */ (braceIn(node)));
    const style = styles(paddingOf(['0', right, '0', left]), lines, SIDES[String(node.attributes.get('columnalign'))], 'vertical-align:middle');
    return element('mtd', { rowspan: ALL, style }, content);
  }

  /**
   * @param {MJ.Node} node
   * @param {Looks} looks  of its place in the table
   * @param {string} content
   */
  cell(node, { room, lines, side }, content) {
    const given = (/** @type {string} */ name) => node.attributes.getExplicit(name);
    const edge = { top: 'top', bottom: 'bottom', center: 'middle' }[String(node.attributes.get('rowalign'))];
    const span = (/** @type {string} */ name) => (/^[1-9]\d*$/.test(given(name)) ? String(given(name)) : undefined);
    const style = styles(paddingOf(room), lines, SIDES[side ?? String(node.attributes.get('columnalign'))], edge && `vertical-align:${edge}`);
    return element('mtd', merged(this.globals(node), { columnspan: span('columnspan'), rowspan: span('rowspan'), style }), content);
  }

  /**
   * The attributes that any element may have.
   *
   * @param {MJ.Node} node
   * @returns {Attributes}
   */
  globals(node) {
    const given = (/** @type {string} */ name) => node.attributes.getExplicit(name);
    return {
      displaystyle: truth(given('displaystyle')),
      scriptlevel: /^[-+]?\d+$/.test(given('scriptlevel')) ? String(given('scriptlevel')) : undefined,
      mathcolor: colour(given('mathcolor') ?? given('color')),
      mathbackground: colour(given('mathbackground') ?? given('background')),
      mathsize: sizeOf(given('mathsize') ?? given('fontsize'), node.attributes.getInherited('mathsize')),
      dir: given('dir') === 'rtl' ? 'rtl' : undefined,
    };
  }

  /**
   * The text of a token, in the characters of its font, and how it looks where Unicode has none.
   *
   * @param {MJ.Node} node
   * @returns {{content: string, attributes: Attributes}}
   */
  lettered(node) {
    const named = node.attributes.get('mathvariant');
    const variant = FONTS[named] ?? (node.getProperty('ignore-variant') ? undefined : named);
    const text = meant(node.childNodes.map((child) => (child.isKind('text') ? child.getText() : '')).join(''));
    const letters = [...(node.isKind('mtext') ? text.replace(OUTER_SPACES, '\u00a0') : text)];
    const isLetter = node.isKind('mi') && letters.length === 1;
    const isPlain = !variant || variant.startsWith('-') || variant === 'normal' || (isLetter && variant === 'italic');
    const changed = isPlain || node.isKind('mtext') ? letters : letters.map((one) => letter(one, variant) ?? one);
    const isWhole = changed.every((one, index) => one !== letters[index] || !/\p{L}|\p{N}/u.test(one));
    const attributes = {
      mathvariant: isLetter && variant === 'normal' ? variant : undefined,
      style: isPlain || isWhole ? undefined : look(variant),
    };
    const isSlanted = isLetter && variant !== 'normal';
    for (const one of changed) this.glyphs.add((isSlanted && letter(one, 'italic')) || one);
    return { content: escape(changed.join('')), attributes };
  }
}

/**
 * @param {string} name
 * @param {Attributes} attributes  undefined: not there
 * @param {string} content
 */
export function element(name, attributes, content) {
  const told = Object.entries(attributes).map(([key, value]) => (value === undefined || value === '' ? '' : ` ${key}="${escape(value)}"`));
  return `<${name}${told.join('')}>${content}</${name}>`;
}

/**
 * Attributes of which the second count, but for styles, which both do.
 *
 * @param {Attributes} first
 * @param {Attributes} second
 * @returns {Attributes}
 */
export function merged(first, second) {
  return { ...first, ...second, style: styles(first.style, second.style) };
}

/** What writes each kind of node; all others are in Core as they are. */
/** @type {Record<string, (writer: CoreWriter, node: MJ.Node) => string>} */
const KINDS = {
  TeXAtom: (writer, node) => writer.row(node),
  mrow: (writer, node) => writer.row(node),
  mstyle: (writer, node) => writer.row(node),
  mi: (writer, node) => writer.token(node),
  mn: (writer, node) => writer.token(node),
  mo: (writer, node) => writer.operator(node),
  mtext: (writer, node) => writer.token(node),
  ms: (writer, node) => writer.quoted(node),
  mspace: (writer, node) => writer.space(node),
  mfrac: (writer, node) => writer.fraction(node),
  mpadded: (writer, node) => writer.padded(node),
  menclose: (writer, node) => writer.enclosed(node),
  mover: (writer, node) => writer.limits(node),
  munder: (writer, node) => writer.limits(node),
  munderover: (writer, node) => writer.limits(node),
  mtable: (writer, node) => writer.table(node),
  mfenced: (writer, node) => writer.fenced(node),
  maction: (writer, node) => writer.chosen(node),
  semantics: (writer, node) => (node.childNodes.length ? writer.write(node.childNodes[0]) : empty()),
  annotation: () => '',
  'annotation-xml': () => '',
  none: empty,
  mglyph: (_, node) => element('mtext', {}, escape(String(node.attributes.get('alt') ?? ''))),
  XML: () => '',
  html: () => '',
};

export function empty() {
  return '<mrow></mrow>';
}

/** @param {unknown} value */
export function truth(value) {
  return typeof value === 'boolean' || value === 'true' || value === 'false' ? String(value) : undefined;
}

/** @param {unknown} value */
export function colour(value) {
  return typeof value === 'string' && COLOUR.test(value) ? value : undefined;
}

/**
 * A size of CSS, which is a part of that around; MathJax's are of the formula's.
 *
 * @param {unknown} value
 * @param {unknown} around
 */
function sizeOf(value, around) {
  const [size, outer] = [value, around].map((one) => ({ small: '75%', normal: '100%', big: '150%' })[String(one)] ?? length(one));
  const [own, whole] = [size, outer].map(partOf);
  return own && whole && whole !== 1 ? `${rounded(own / whole)}em` : size;
}

/** @param {string | undefined} size */
function partOf(size) {
  const [, digits, unit] = LENGTH.exec(size ?? '') ?? [];
  return { em: Number(digits), '%': Number(digits) / 100 }[unit];
}

/**
 * @param {unknown} value  a length of MathML 3
 * @param {number} [unit]  what a number without a unit is, in percent
 * @returns {string | undefined} of CSS; undefined: it is none
 */
export function length(value, unit = 100) {
  if (value === undefined || value === null) return undefined;
  const name = String(value).trim().replace(/^negative/, '');
  if (name in SPACES) return `${rounded(SPACES[name] * (name === String(value).trim() ? 1 : -1))}em`;
  const [, digits, suffix] = LENGTH.exec(String(value)) ?? [];
  if (digits === undefined) return undefined;
  if (suffix in EMS) return `${rounded(Number(digits) * EMS[suffix])}em`;
  if (!suffix) return Number(digits) === 0 ? '0' : `${rounded(Number(digits) * unit)}%`;
  return `${rounded(Number(digits))}${suffix}`;
}

/** @param {number} value */
export function rounded(value) {
  return String(Number(value.toFixed(4))).replace(/^(-?)0\./, '$1.');
}

/** @param {string | undefined} value  a length of CSS, if it is none below zero */
export function unlessNegative(value) {
  return value?.startsWith('-') ? undefined : value;
}

/** @param {(string | false | undefined)[]} rules */
export function styles(...rules) {
  return rules.filter(Boolean).join(';') || undefined;
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

/**
 * A line through a box, never thinner than a pixel.
 *
 * @param {string} across
 */
function stroke(across) {
  const [before, after] = ['-', '+'].map((sign) => `calc(50% ${sign} max(.03em,.5px))`);
  return `linear-gradient(${across},transparent ${before},currentColor ${before} ${after},transparent ${after})`;
}

const TRUTHS = ['fence', 'separator', 'stretchy', 'symmetric', 'largeop', 'movablelimits'];

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
  phasorangle: `border-bottom:${LINE} solid;padding:0 0 .1em .6em;background:${stroke('to bottom right')} 0/.5em 100% no-repeat`,
};
/** How its lines through the content go. */
/** @type {Record<string, string>} */
const STRIKES = {
  updiagonalstrike: 'to bottom right',
  updiagonalarrow: 'to bottom right',
  northeastarrow: 'to bottom right',
  southwestarrow: 'to bottom right',
  northeastsouthwestarrow: 'to bottom right',
  downdiagonalstrike: 'to bottom left',
  northwestarrow: 'to bottom left',
  southeastarrow: 'to bottom left',
  northwestsoutheastarrow: 'to bottom left',
  horizontalstrike: 'to bottom',
  leftarrow: 'to bottom',
  rightarrow: 'to bottom',
  leftrightarrow: 'to bottom',
  verticalstrike: 'to right',
  uparrow: 'to right',
  downarrow: 'to right',
  updownarrow: 'to right',
};

/** What draws a bar there; MathJax has a dash for it. */
/** @type {Record<string, string>} */
const BARS = { accent: '\u203e', accentunder: '_' };

/** @param {MJ.Node | undefined} node */
function isAccent(node) {
  const core = node?.isEmbellished ? node.coreMO() : null;
  return Boolean(core?.isKind('mo') && core.attributes.get('accent'));
}

/**
 * What a cell has of its place in a table.
 *
 * @typedef {object} Looks
 * @property {string[]} room  above, right, below, left
 * @property {string} [lines]
 * @property {string} [side]  where its content stands, if not where the column's does
 */

/** @param {MJ.Node} row  of a table */
export function cellsOf(row) {
  const cells = row.isKind('mlabeledtr') ? row.childNodes.slice(1) : row.childNodes;
  return isBesideBrace(row) ? cells.slice(1) : cells;
}

/**
 * Whether the place of a row's first cell is taken by a brace that is written with the row above.
 *
 * @param {MJ.Node} row
 */
function isBesideBrace(row) {
  const [first] = row.parent.childNodes;
  return first !== row && Boolean(braceIn(first.childNodes[first.isKind('mlabeledtr') ? 1 : 0]));
}

/**
 * @param {MJ.Node | undefined} cell
 * @returns {MJ.Node[] | null} a brace beside all rows (numcases, empheq), and what is at its side
 */
export function braceIn(cell) {
  const block = cell?.childNodes[0]?.childNodes[0];
  if (!block?.isKind('mpadded') || block.attributes.getExplicit('voffset') !== 'height') return null;
  const [moved] = block.childNodes[0].childNodes;
  return moved?.isKind('mpadded') ? moved.childNodes[0].childNodes.filter((one) => !one.isKind('mphantom')) : null;
}

/** @param {MJ.Node} row  of a table */
export function labelOf(row) {
  return row.isKind('mlabeledtr') ? row.childNodes[0] : null;
}

/** @param {string[]} room */
export function paddingOf(room) {
  return `padding:${room.every((side) => side === '0') ? '0' : room.join(' ')}`;
}

/**
 * @param {string[]} list  of which the last goes on
 * @param {number} index
 */
export function at(list, index) {
  return list[Math.min(index, list.length - 1)];
}

/** @param {string} spacing */
export function halfOf(spacing) {
  const [, digits, unit] = LENGTH.exec(length(spacing) ?? '0') ?? [];
  return Number(digits) ? `${rounded(Number(digits) / 2)}${unit === '%' ? 'em' : unit}` : '0';
}

/** @param {string} line */
export function lineOf(line) {
  return line === 'solid' || line === 'dashed' ? `${LINE} ${line}` : undefined;
}

/** The content of a cell is a block, which Chromium moves to the right by a value of its own only. */
/** @type {Record<string, string>} */
export const SIDES = { left: 'text-align:left', right: 'text-align:right;text-align:-webkit-right' };
