/**
 * Letters and the variant in which MathML 3 would have them in; the characters that Unicode has for that
 * out (MathML Core has no variants).
 *
 * Sources: https://www.w3.org/TR/mathml-core/#new-text-transform-mappings, Unicode's block
 * Mathematical Alphanumeric Symbols.
 */

/** The first of each alphabet: A to Z, then a to z. */
/** @type {Record<string, number>} */
const LATIN = {
  bold: 0x1d400,
  italic: 0x1d434,
  'bold-italic': 0x1d468,
  script: 0x1d49c,
  'bold-script': 0x1d4d0,
  fraktur: 0x1d504,
  'double-struck': 0x1d538,
  'bold-fraktur': 0x1d56c,
  'sans-serif': 0x1d5a0,
  'bold-sans-serif': 0x1d5d4,
  'sans-serif-italic': 0x1d608,
  'sans-serif-bold-italic': 0x1d63c,
  monospace: 0x1d670,
};
/** @type {Record<string, number>} */
const GREEK = {
  bold: 0x1d6a8,
  italic: 0x1d6e2,
  'bold-italic': 0x1d71c,
  'bold-sans-serif': 0x1d756,
  'sans-serif-bold-italic': 0x1d790,
};
/** @type {Record<string, number>} */
const DIGITS = {
  bold: 0x1d7ce,
  'double-struck': 0x1d7d8,
  'sans-serif': 0x1d7e2,
  'bold-sans-serif': 0x1d7ec,
  monospace: 0x1d7f6,
};
const ROMAN = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const HELLENIC = 'ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡϴΣΤΥΦΧΨΩ∇αβγδεζηθικλμνξοπρςστυφχψω∂ϵϑϰϕϱϖ';

/** Letters that Unicode had before, elsewhere. */
/** @type {Record<string, Record<string, string>>} */
const ELSEWHERE = {
  italic: { h: 'ℎ', ı: '𝚤', ȷ: '𝚥' },
  script: { B: 'ℬ', E: 'ℰ', F: 'ℱ', H: 'ℋ', I: 'ℐ', L: 'ℒ', M: 'ℳ', R: 'ℛ', e: 'ℯ', g: 'ℊ', o: 'ℴ' },
  fraktur: { C: 'ℭ', H: 'ℌ', I: 'ℑ', R: 'ℜ', Z: 'ℨ' },
  'double-struck': { C: 'ℂ', H: 'ℍ', N: 'ℕ', P: 'ℙ', Q: 'ℚ', R: 'ℝ', Z: 'ℤ' },
  bold: { Ϝ: '𝟊', ϝ: '𝟋' },
};

/**
 * @param {string} character
 * @param {string} variant
 * @returns {string | null} null: there is none
 */
export function letter(character, variant) {
  const known = ELSEWHERE[variant]?.[character];
  if (known) return known;
  for (const [alphabet, firsts] of ALPHABETS) {
    const place = alphabet.indexOf(character);
    if (place >= 0 && variant in firsts) return String.fromCodePoint(firsts[variant] + place);
  }
  return null;
}

/** @type {[alphabet: string, firsts: Record<string, number>][]} */
const ALPHABETS = [
  [ROMAN, LATIN],
  [HELLENIC, GREEK],
  ['0123456789', DIGITS],
];
