/**
 * A glyph of MathJax's fonts in, the character that draws it in the font of our pages out; and back.
 *
 * What stands for itself in text keeps its code point. All other glyphs (larger sizes, parts of
 * brackets, letters of other faces, marks, what a browser would shape, reorder or read as markup)
 * have places in the private planes 15 and 16: 256 in a row for each block of each face. The table
 * depends on nothing but the fonts, so a page's text depends on nothing but its formulas.
 */

/** Characters that any browser draws one by one, from left to right, and no script of a page reads. */
const PLAIN =
  /^(?![\p{M}\p{C}\p{Z}\p{Emoji_Presentation}<>&"$`\\])[\p{sc=Latin}\p{sc=Greek}\p{sc=Cyrillic}\p{sc=Common}]$/u;

const LETTERS = '0 1 2 3 4 5 e 13 1d 1e 1f 20 21 22 23 24 25 26 27 28 2c 2e e8 ea eb ec f1 f2 f4 f6 fb fe';
const SIZES = '0 3 20 22 23 27 29';
const BLACKBOARD = '0 21 1d5 1d7';

/** The faces of MathJax's fonts, and the blocks (code points without their last two digits) of each. */
const FACES = [
  ['normal', '0 2 3 4 5 9 13 1d 20 23 25 26 28 2b 2c e0 e7 e8 ea eb ec f1 f2 f4 f6 fb fe 1ee 1f7'],
  ['-smallop', '0 3 20 22 23 27 29 1ee'],
  ['-largeop', '0 3 20 21 22 23 27 29 2a 2b'],
  ['-size3', SIZES],
  ['-size4', SIZES],
  ['-size5', SIZES],
  ['-size6', SIZES],
  ['-size7', SIZES],
  ['-lf-tp', '20 21 22 23 27 29 2b'],
  ['-rt-bt', '20 21 23 27 29 2b'],
  ['-ex-md', '0 3 20 21 22 23 27 29 2b'],
  ['-tex-variant', '0 20 21 22 23 2a'],
  ['-tex-calligraphic', '0'],
  ['-tex-bold-calligraphic', '0'],
  ['-tex-oldstyle', '0'],
  ['-tex-bold-oldstyle', '0'],
  ['-tex-mathit', '0'],
  ['-bbold', BLACKBOARD],
  ['-upsmall', '22 2a e3 ea'],
  ['-uplarge', '22 2a'],
  ['double-struck', '1 2'],
  ['fraktur', '1 2'],
  ['bold-fraktur', '1 2'],
  ['-mhchem', 'e4'],
  ['-bbm-normal', BLACKBOARD],
  ['-bbm-bold', BLACKBOARD],
  ['-bbm-sans-serif', BLACKBOARD],
  ['-bbm-sans-serif-bold', BLACKBOARD],
  ['-bbm-monospace', BLACKBOARD],
  ['bold', LETTERS],
  ['italic', LETTERS],
  ['bold-italic', LETTERS],
  ['sans-serif', LETTERS],
  ['bold-sans-serif', LETTERS],
  ['sans-serif-italic', LETTERS],
  ['sans-serif-bold-italic', LETTERS],
  ['monospace', LETTERS],
];

/** The first blocks of the private planes. In the last of each are no characters at its end. */
const PLANES = [0xf00, 0x1000];
const BLOCKS_OF_PLANE = 0xff;

/** @type {{face: string, block: number}[]} */
const ALL = FACES.flatMap(([face, blocks]) => blocks.split(' ').map((block) => ({ face, block: parseInt(block, 16) })));
const PLACES = new Map(ALL.map(({ face, block }, index) => [`${face} ${block}`, index]));

/** @param {number} index  of a block in the table */
function privateBlock(index) {
  return PLANES[Math.floor(index / BLOCKS_OF_PLANE)] + (index % BLOCKS_OF_PLANE);
}

/**
 * @param {string} face  that has the glyph itself
 * @param {number} code
 * @returns {string | null} null: there is no place for it
 */
function characterOf(face, code) {
  const character = String.fromCodePoint(code);
  if (face === 'normal' && PLAIN.test(character)) return character;
  const index = PLACES.get(`${face} ${code >> 8}`);
  return index === undefined ? null : String.fromCodePoint((privateBlock(index) << 8) + (code & 0xff));
}

/**
 * @param {string} character
 * @returns {{face: string, code: number}}
 */
function glyphOf(character) {
  const place = character.codePointAt(0) ?? 0;
  const plane = PLANES.findLastIndex((first) => place >> 8 >= first);
  if (plane < 0) return { face: 'normal', code: place };
  const { face, block } = ALL[plane * BLOCKS_OF_PLANE + (place >> 8) - PLANES[plane]];
  return { face, code: (block << 8) + (place & 0xff) };
}

/**
 * @typedef {object} Letter  a glyph as text
 * @property {string} character
 * @property {number} advance  in thousandths of an em
 * @property {string} path  its outline, axis up
 */

/** The letters of MathJax's font. */
export class Alphabet {
  /** @type {Map<string, Letter | null>} by MathJax's ids, without what comes before the face's */
  #known = new Map();

  /** @param {any} font  MathJax's */
  constructor(font) {
    this.font = font;
  }

  /**
   * @param {string} id  MathJax's of a glyph: `MJX-NCM-I-1D465`
   * @returns {Letter | null} null: there is no place for it in our fonts
   */
  letter(id) {
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    const [, cache, code] = id.match(/^MJX-(.*)-([0-9A-F]+)$/) ?? [];
    const face = Object.keys(this.font.variant).find((name) => this.font.variant[name].cacheID === cache);
    const letter = face === undefined ? null : this.#read(this.#owner(face, parseInt(code, 16)), parseInt(code, 16));
    this.#known.set(id, letter);
    return letter;
  }

  /**
   * @param {string} character
   * @returns {Letter | null} null: the font has none
   */
  of(character) {
    const { face, code } = glyphOf(character);
    return this.#read(face, code);
  }

  /**
   * The face that has a glyph itself: others have it from that.
   *
   * @param {string} face
   * @param {number} code
   */
  #owner(face, code) {
    let { chars } = this.font.variant[face];
    while (chars && !Object.hasOwn(chars, code)) chars = Object.getPrototypeOf(chars);
    return Object.keys(this.font.variant).find((name) => this.font.variant[name].chars === chars) ?? face;
  }

  /**
   * @param {string} face
   * @param {number} code
   * @returns {Letter | null}
   */
  #read(face, code) {
    const glyph = this.font.variant[face]?.chars[code];
    const character = characterOf(face, code);
    // What is only told to stand elsewhere has no width
    if (character === null || !Number.isFinite(glyph?.[2]) || !glyph[3]) return null;
    const { p } = glyph[3];
    return { character, advance: Math.round(1000 * glyph[2]), path: p ? `M${p}Z` : '' };
  }
}
