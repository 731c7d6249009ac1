/**
 * A form of markup (`svg`, `html`) in, what writes one formula in it out.
 *
 * Every form has the same methods: main.js asks for layouts, and knows nothing of how they are written.
 */

import { drawing, SvgWriter } from './draw.js';
import { nameOf, shorten } from './outline.js';
import { share } from './share.js';
import { Alphabet } from './text/places.js';
import { TextWriter } from './text/writer.js';

/**
 * @typedef {import('./nodes.js').LiteElement} LiteElement
 * @typedef {{width: number, height: number, depth: number}} Size
 * @typedef {import('./share.js').Part} Part
 *
 * What is written of a formula, as only its form knows it.
 * @typedef {any} Content
 *
 * @typedef {object} Form
 * @property {'svg' | 'html'} markup
 * @property {Set<string>} glyphs  the names of the outlines that are used
 * @property {Set<string>} texts  what is left to the reader's fonts
 * @property {(svg: LiteElement) => Size & {content: Content}} picture
 * @property {(svg: LiteElement) => (Size & {content: Content})[]} columns  of a numbered formula: it, its numbers
 * @property {(content: Content) => number[]} baselines  the heights of lines, axis down
 * @property {(rows: {side: string, content: Content}[], size: Size) => Content} spread  rows at the sides of the line
 * @property {(first: Content, second: Content, shift: number) => Content} beside  the second moved to the right
 * @property {(content: Content, width: number) => string[]} body
 * @property {(layouts: {content: Content, width: number}[]) => Part[][]} bodies  of all layouts of a display
 */

/** @type {Map<string, string>} from our names of glyphs to what draws them */
const outlines = new Map();
/** @type {Map<string, string>} from MathJax's ids of glyphs to our names */
const names = new Map();
/** @type {Alphabet | null} */
let alphabet = null;

/**
 * @param {Iterable<string>} used  names of glyphs
 * @returns {Record<string, string>} what draws them
 */
export function outlinesOf(used) {
  return Object.fromEntries([...used].map((id) => [id, /** @type {string} */ (outlines.get(id))]));
}

/** Pictures. */
class SvgForm extends SvgWriter {
  /** @type {'svg'} */
  markup = 'svg';

  /** @param {any} jax  MathJax's output */
  constructor(jax) {
    super((id) => outline(jax, id));
  }

  /** @param {import('./draw.js').Mark[]} marks */
  baselines(marks) {
    return marks.map(({ y }) => y);
  }

  /**
   * @param {import('./draw.js').Mark[]} first
   * @param {import('./draw.js').Mark[]} second
   * @param {number} shift
   */
  beside(first, second, shift) {
    return [...first, ...second.map((mark) => ({ ...mark, x: mark.x + shift }))];
  }

  /** @param {import('./draw.js').Mark[]} marks */
  body(marks) {
    return [drawing(marks)];
  }

  /** @param {{content: import('./draw.js').Mark[]}[]} layouts */
  bodies(layouts) {
    return share(layouts.map(({ content }) => content));
  }

  /**
   * Rows that stand at the sides of the whole line, however wide: each in a viewport that has the
   * line's width and keeps its scale.
   *
   * @param {{side: string, content: import('./draw.js').Mark[]}[]} rows
   * @param {Size} size
   */
  spread(rows, { width, height, depth }) {
    const view = [0, -height, width, height + depth].map(Math.round).join(' ');
    return rows.map(({ side, content }) => {
      const aspect = { left: 'xMinYMin', right: 'xMaxYMin' }[side] ?? 'xMidYMin';
      const markup = `<svg viewBox="${view}" preserveAspectRatio="${aspect}">${drawing(content)}</svg>`;
      return { x: 0, y: 0, at: () => markup };
    });
  }
}

/** Text in our font. */
class TextForm extends TextWriter {
  /** @type {'html'} */
  markup = 'html';

  /** @param {any} jax  MathJax's output */
  constructor(jax) {
    super((id) => letterOf(jax.font, id));
  }
}

/** @type {Record<string, new (jax: any) => any>} */
const FORMS = { svg: SvgForm, html: TextForm };

/**
 * @param {string} markup
 * @param {any} jax  MathJax's output
 */
export function formOf(markup, jax) {
  return new FORMS[markup](jax);
}

/**
 * The characters of our font, each with its outline.
 *
 * @param {any} font  MathJax's
 * @param {string} characters
 * @returns {string[]} those that MathJax's font has
 */
export function lettersOf(font, characters) {
  alphabet ??= new Alphabet(font);
  return [...characters].filter((character) => {
    const letter = alphabet?.of(character);
    if (letter) keep(character, letter);
    return letter;
  });
}

/**
 * @param {any} font
 * @param {string} id
 */
function letterOf(font, id) {
  alphabet ??= new Alphabet(font);
  const letter = alphabet.letter(id);
  if (letter) keep(letter.character, letter);
  return letter;
}

/**
 * Have a letter's outline known.
 *
 * @param {string} character
 * @param {import('./text/places.js').Letter} letter
 */
function keep(character, { advance, path }) {
  if (!outlines.has(character)) outlines.set(character, `${advance} ${path && shorten(path)}`);
}

/**
 * @param {any} jax
 * @param {string} id  MathJax's
 * @returns {string} ours
 */
function outline(jax, id) {
  const name = names.get(id);
  if (name) return name;
  const path = shorten(jax.fontCache.cache.get(id));
  const ours = nameOf(path);
  names.set(id, ours);
  outlines.set(ours, path);
  return ours;
}
