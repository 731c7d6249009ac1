/**
 * A selector of formulas in; out, for each, what its texts show: the letters and digits of its lines as
 * they stand, from left to right, and how wide its texts are in all, in em of their font.
 *
 * @param {string} selector
 */
(selector) => {
  const HIDDEN = 'desc, title, prm-tex, prm-math, .katex-mathml, mjx-assistive-mml';
  return [...document.querySelectorAll(selector)].map((formula) => {
    const texts = textsOf(formula);
    return { lines: linesOf(texts.flatMap(lettersOf)), width: texts.reduce((sum, text) => sum + widthOf(text), 0) };
  });

  /** @param {Element} formula */
  function textsOf(formula) {
    const walker = document.createTreeWalker(formula, NodeFilter.SHOW_TEXT);
    const texts = [];
    while (walker.nextNode()) {
      const parent = walker.currentNode.parentElement;
      if (!parent.closest(HIDDEN) && parent.getClientRects().length) texts.push(walker.currentNode);
    }
    return texts;
  }

  /** @param {Text} text */
  function lettersOf(text) {
    return [...text.data.matchAll(/[\p{L}\p{N}]/gu)].map(({ 0: letter, index }) => {
      const box = rangeOf(text, index, index + letter.length).getBoundingClientRect();
      return { letter, x: (box.left + box.right) / 2, y: box.bottom };
    });
  }

  /** @param {Text} text */
  function widthOf(text) {
    const element = text.parentElement;
    const length = element.getAttribute('textLength');
    if (length !== null) return Number(length) / 1000;
    const box = rangeOf(text, 0, text.length).getBoundingClientRect();
    const scale = element.getScreenCTM?.().a ?? 1;
    return box.width / (scale * parseFloat(getComputedStyle(element).fontSize));
  }

  /**
   * @param {Text} text
   * @param {number} from
   * @param {number} to
   */
  function rangeOf(text, from, to) {
    const range = document.createRange();
    range.setStart(text, from);
    range.setEnd(text, to);
    return range;
  }

  /** @param {{letter: string, x: number, y: number}[]} letters */
  function linesOf(letters) {
    const lines = [];
    for (const letter of letters.sort((a, b) => a.y - b.y)) {
      const line = lines.at(-1);
      if (line && letter.y - line[0].y < 8) line.push(letter);
      else lines.push([letter]);
    }
    return lines.map((line) => line.sort((a, b) => a.x - b.x).map(({ letter }) => letter).join(''));
  }
};
