/**
 * MathJax's wrappers of texts in; the same out, that leave to the reader's browser what MathJax cannot
 * write: letters that are joined or shaped, marks, whole texts that go from right to left.
 *
 * Such a text is measured here, in a font that the reader may not have. In his own it is drawn as wide
 * as it was measured, its letters narrower or wider (`fit`): letters stay joined, and nothing that
 * stands beside it is ever covered.
 */

/** Letters and digits that MathJax would draw one by one, and its fonts lack or do not shape. */
const FOREIGN =
  /(?![\p{sc=Latin}\p{sc=Greek}\p{sc=Cyrillic}\p{sc=Common}\p{sc=Inherited}])[\p{L}\p{M}\p{N}]|[\u200c\u200d]/u;
/** The first character that may be foreign: most come before it, and need no closer look. */
const FIRST = 0x300;
/** Marks that go on any letter. */
const MARK = /\p{sc=Inherited}(?<=\p{M})/u;
/** What is written from right to left, or says so. */
const LEFTWARDS = /[\u0590-\u08ff\u200f\u202b\u202e\u2067\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;
/** Letters that are as wide as they are high. */
const SQUARE = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{sc=Bopomofo}]/u;
/** What no font has. */
const NOTHING = '\u{10ffff}';
/** em: what a letter mostly takes. */
const USUAL = 0.55;
/** Looks that a font has; others name a font of their own. */
const LOOKS = new Set(['normal', 'bold', 'italic', 'bold-italic']);
/** MathJax's name for fonts that an author names. */
const NAMED = '-explicitFont';

/**
 * Words of a text between which a line may end: they are drawn together where it does not.
 *
 * @typedef {object} Phrase
 * @property {string} text
 * @property {any[]} words  the text nodes of the words, each with the space behind it
 * @property {any[]} gaps  the chances to break between them
 */

const PHRASE = 'prerender-phrase';

/**
 * Tells the words of a text that they belong together.
 *
 * @param {any[]} tokens  each of one word
 * @param {any[]} gaps
 */
export function joinWords(tokens, gaps) {
  const words = tokens.map((token) => token.childNodes[0]);
  const text = words.map((word) => word.getText()).join('');
  for (const word of words) word.setProperty(PHRASE, { text, words, gaps });
}

/** Mends MathJax's wrappers. */
export function leaveToReaders() {
  const { SvgWrapper } = window.MathJax._.output.svg.Wrapper;
  const { SvgTextNode } = window.MathJax._.output.svg.Wrappers.TextNode;
  const { computeBBox, toSVG, getVariantChar } = SvgTextNode.prototype;
  const { addUtext } = SvgWrapper.prototype;

  SvgTextNode.prototype.computeBBox = function measure(/** @type {MJ.BBox} */ bbox, /** @type {boolean} */ again) {
    if (!isLeft(this)) computeBBox.call(this, bbox, again);
    else Object.assign(bbox, sizeOf(this, this.node.getText()));
  };

  SvgTextNode.prototype.toSVG = function write(/** @type {import('./nodes.js').LiteElement[]} */ parents) {
    if (!isLeft(this)) {
      toSVG.call(this, parents);
      return;
    }
    const line = lineOf(this);
    this.dom = parents;
    if (!line) return;
    const text = this.jax.unknownText(line.text, this.parent.variant);
    this.dom = [this.adaptor.append(parents[0], fit(text, line.width))];
  };

  SvgTextNode.prototype.getVariantChar = function find(/** @type {string} */ variant, /** @type {number} */ code) {
    const foreign = code >= FIRST && isWord(this) && FOREIGN.test(String.fromCodePoint(code));
    return foreign ? [0, 0, 0, { unknown: true }] : getVariantChar.call(this, variant, code);
  };

  SvgWrapper.prototype.addUtext = function write(/** @type {number} */ x, /** @type {number} */ y, /** @type {import('./nodes.js').LiteElement} */ parent, /** @type {string} */ variant) {
    const width = addUtext.call(this, x, y, parent, variant);
    if (width) fit(parent.lastChild, width);
    return width;
  };
}

/**
 * @param {any} jax  MathJax's output
 * @param {any} text  what it makes of a text that its fonts lack
 * @param {string} variant
 * @returns {any} the same, in any page, and in the font of the page if texts have that
 */
export function asOnPage(jax, text, variant) {
  text.setAttribute('direction', 'ltr'); // what begins a line does so at its left
  if (jax.options.mtextInheritFont && LOOKS.has(variant)) text.removeAttribute('font-family');
  return text;
}

/** @type {Set<string>} letters for which this machine has no font */
const lacking = new Set();

/** @param {string} text */
export function lacksFont(text) {
  return [...text].some((letter) => lacking.has(letter));
}

/**
 * @param {string} text
 * @param {(text: string) => number} measure  what a text takes on this machine, em
 * @returns {number} what it takes, em: a guess where this machine shows boxes for its letters
 */
export function widthOf(text, measure) {
  const letters = [...text].filter((letter) => FOREIGN.test(letter));
  if (!letters.length) return measure(text);
  const boxes = letters.length * measure(NOTHING);
  const taken = measure(letters.join(''));
  if (Math.abs(taken - boxes) > 0.001 * letters.length) return measure(text);
  for (const letter of letters) lacking.add(letter);
  return measure(text) - boxes + letters.reduce((sum, letter) => sum + guess(letter), 0);
}

/** @param {string} letter */
function guess(letter) {
  if (SQUARE.test(letter)) return 1;
  return /\p{M}/u.test(letter) ? 0 : USUAL;
}

/**
 * @param {any} wrapper  of a text
 * @returns {boolean} whether it says something: a letter alone is a sign
 */
function isWord({ node, parent }) {
  if (parent.node.isKind('mo')) return false;
  return parent.node.isKind('mtext') || [...node.getText()].length > 1;
}

/**
 * The text that a wrapper is part of, where a line may end between its parts.
 *
 * @param {any} wrapper
 * @returns {Phrase}
 */
function phraseOf({ node }) {
  return node.getProperty(PHRASE) ?? { text: node.getText(), words: [node], gaps: [] };
}

/**
 * @param {any} wrapper
 * @returns {boolean} whether it is left to the reader's browser as a whole
 */
function isLeft(wrapper) {
  const { jax, parent } = wrapper;
  if (parent.variant === NAMED) return true;
  const { text } = phraseOf(wrapper);
  if (LEFTWARDS.test(text)) return isWord(wrapper);
  return parent.node.isKind('mtext') && (MARK.test(text) || (jax.options.mtextInheritFont && FOREIGN.test(text)));
}

/**
 * @param {any} wrapper
 * @param {string} text
 * @returns {{w: number, h: number, d: number}} in em
 */
function sizeOf({ jax, parent }, text) {
  const { variant, styles } = parent;
  const shown = text.replace(/ $/, '\u00a0'); // SVG drops a space at the end
  return jax.measureText(shown, variant, variant === NAMED ? jax.getFontData(styles) : undefined);
}

/**
 * What a text shows, and its width in em; null if it stands on a line that another one has drawn.
 *
 * @param {any} wrapper
 * @returns {{text: string, width: number} | null}
 */
function lineOf(wrapper) {
  const { words, gaps } = phraseOf(wrapper);
  const ends = (/** @type {number} */ at) => at === gaps.length || isBroken(wrapper, gaps[at]);
  const first = words.indexOf(wrapper.node);
  if (first && !ends(first - 1)) return null;
  let last = first;
  while (!ends(last)) last += 1;
  const line = words.slice(first, last + 1).map((/** @type {any} */ word) => word.getText());
  if (last < gaps.length) line.push(line.pop().trimEnd());
  const width = line.reduce((sum, /** @type {string} */ text) => sum + sizeOf(wrapper, text).w, 0);
  return { text: line.join(''), width };
}

/**
 * @param {any} wrapper
 * @param {any} gap
 */
function isBroken({ jax }, gap) {
  return Boolean(jax.nodeMap.get(gap)?.breakStyle);
}

/**
 * @param {any} text  an SVG text
 * @param {number} width  em
 * @returns {any} the same, so wide in any font
 */
function fit(text, width) {
  text.setAttribute('textLength', Math.round(1000 * width));
  text.setAttribute('lengthAdjust', 'spacingAndGlyphs');
  return text;
}
