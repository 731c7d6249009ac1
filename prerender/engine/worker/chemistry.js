/**
 * Characters of mhchem's own font in, what they stand for out, for those who do not have that font.
 *
 * Source: MathJax 4 ts/input/tex/mhchem/MhchemConfiguration.ts.
 */

/** @type {Map<string, string>} */
const MEANT = new Map([
  ['\ue408', '\u21cc'],
  ['\ue409', '\u2942'],
  ['\ue40a', '\u2944'],
  ['\ue410', '---'],
  ['\ue411', '='],
  ['\ue412', '\u2261'],
  ['\ue413', '\u2261'],
  ['\ue428', '\u27f5'],
  ['\ue429', '\u27f6'],
  ['\ue42a', '\u27f7'],
  ['\ue42b', '\u21c4'],
  ['\ue42c', '\u2190'],
  ['\ue42d', '\u2192'],
  ['\ue42e', '\u2194'],
]);

/** @param {string} text */
export function meant(text) {
  return text.replace(/[\ue408-\ue42e]/g, (character) => MEANT.get(character) ?? character);
}
