/**
 * A page of formulas in, what each looks like out, in ex and without what is around it.
 *
 * @typedef {object} Look
 * @property {string[]} layouts  by their number: shown or not
 * @property {object[]} pictures  each svg, and each element of a text, that is shown: where, how large, in what colour
 */

(() => {
  const formulas = [...document.querySelectorAll('mjx-container[data-tex]')];
  return formulas.map((formula) => {
    const ex = exOf(formula);
    const svgs = [...formula.querySelectorAll('svg:not(svg svg), prm-text, prm-text :not(svg *)')].filter(isShown);
    const display = formula.hasAttribute('display');
    const origin = display ? (svgs.find((svg) => svg.hasAttribute('viewBox')) ?? svgs[0]).getBoundingClientRect() : baseline(formula);
    const room = formula.getBoundingClientRect();
    return svgs.map((svg) => {
      const box = svg.getBoundingClientRect();
      const x = display ? box.left + box.width / 2 - room.left - room.width / 2 : box.left - svgs[0].getBoundingClientRect().left;
      const { color, fill, stroke, strokeWidth, overflow, opacity } = getComputedStyle(svg);
      const text = svg.querySelector('text');
      return {
        x: round(x / ex),
        y: round((box.bottom - (display ? origin.bottom : origin)) / ex),
        width: round(box.width / ex),
        height: round(box.height / ex),
        look: (svg.localName === 'svg' ? [fill, stroke, strokeWidth, overflow, opacity] : [color, opacity]).join(' '),
        text: text && textLook(text, ex),
      };
    });
  });

  /** @param {Element} element */
  function isShown(element) {
    return element.getClientRects().length > 0 && element.getBoundingClientRect().height > 0;
  }

  /**
   * @param {Element} text
   * @param {number} ex
   */
  function textLook(text, ex) {
    const { fontVariant, textTransform, fontWeight } = getComputedStyle(text);
    return [round(text.getBoundingClientRect().width / ex), fontVariant, textTransform, fontWeight];
  }

  /**
   * The height of the baseline of the line that a formula begins on.
   *
   * @param {Element} formula
   */
  function baseline(formula) {
    const probe = document.createElement('span');
    probe.style.cssText = 'all:initial!important;display:inline-block!important';
    formula.before(probe);
    const { bottom } = probe.getBoundingClientRect();
    probe.remove();
    return bottom;
  }

  /** @param {Element} formula */
  function exOf(formula) {
    const probe = document.createElement('span');
    probe.style.cssText = 'all:initial!important;position:absolute!important;font:inherit!important;width:100ex!important';
    formula.append(probe);
    const { width } = probe.getBoundingClientRect();
    probe.remove();
    return width / 100;
  }

  /** @param {number} value */
  function round(value) {
    return Number(value.toFixed(1)) || 0;
  }
})();
