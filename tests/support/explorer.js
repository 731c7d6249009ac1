/**
 * TeX in, what MathJax 4's own explorer says of each formula out: its words and its braille.
 *
 * @param {string[]} formulas
 * @returns {Promise<[string, string][]>}
 */
async (formulas) => {
  const paragraphs = formulas.map((tex) => {
    const paragraph = document.createElement('p');
    paragraph.textContent = `\\[${tex}\\]`;
    document.body.append(paragraph);
    return paragraph;
  });
  await MathJax.startup.promise;
  await MathJax.typesetPromise();
  const said = new Map();
  for (const item of MathJax.startup.document.math) {
    await item.outputData.speechPromise;
    const { speech, braille } = item.outputData;
    said.set(item.typesetRoot.closest('p'), [speech ?? '', braille ?? '']);
  }
  return paragraphs.map((paragraph) => said.get(paragraph));
};
