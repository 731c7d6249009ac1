/**
 * A page of formulas in, of each its widths in CSS pixels out: that it would like, has, and could have.
 *
 * What it could have is found out with text in its place: as long, of words as short as a formula may
 * be squeezed to.
 */

/** ex: a formula may be squeezed to it where it shares a line, or to 30 % of the screen (style.css.jinja). */
const LEAST = 10;

/**
 * @typedef {object} Widths
 * @property {boolean} boxed  whether it has several layouts
 * @property {number} natural
 * @property {number} box  of the box that its layouts stand in, or of its pictures where it has none
 * @property {number} possible
 */

(() => {
  const formulas = [...document.querySelectorAll('mjx-container[data-tex]')];
  const own = formulas.map((formula) => ({
    boxed: formula.querySelector('prm-box') !== null,
    natural: naturalOf(formula),
    box: boxOf(formula),
  }));
  const texts = formulas.map(textFor);
  formulas.forEach((formula, index) => formula.replaceWith(texts[index]));
  const possible = texts.map((text) => text.firstChild.getBoundingClientRect().width);
  texts.forEach((text, index) => text.replaceWith(formulas[index]));
  return own.map((widths, index) => ({ ...widths, possible: possible[index] }));

  /** @param {Element} formula */
  function naturalOf(formula) {
    const pictures = formula.querySelector('prm-box')
      ? [formula.querySelector('.prm-room')]
      : [...formula.children].filter((child) => child.localName === 'svg');
    return pictures.reduce((sum, svg) => sum + widthOf(svg), 0) * exOf(formula);
  }

  /** @param {SVGSVGElement} svg  its width in ex */
  function widthOf(svg) {
    return parseFloat(svg.style.getPropertyValue('--w') || svg.style.width);
  }

  /** @param {Element} formula */
  function boxOf(formula) {
    const box = formula.querySelector('prm-box');
    if (box) return box.getBoundingClientRect().width;
    return [...formula.children].reduce((sum, child) => sum + child.getBoundingClientRect().width, 0);
  }

  /** @param {Element} element */
  function exOf(element) {
    const probe = document.createElement('span');
    probe.style.cssText = 'position:absolute;visibility:hidden;height:0;width:100ex';
    element.append(probe);
    const { width } = probe.getBoundingClientRect();
    probe.remove();
    return width / 100;
  }

  /** @param {Element} formula */
  function textFor(formula) {
    const text = document.createElement('span');
    const { display, margin, padding } = getComputedStyle(formula);
    const line = document.createElement('span');
    text.append(line);
    text.style.cssText = `display:${display};margin:${margin};padding:${padding};white-space:normal`;
    if (display !== 'inline') line.style.cssText = 'display:block;overflow:hidden;text-indent:0';
    const [natural, least] = [naturalOf(formula), Math.min(LEAST * exOf(formula), 0.3 * innerWidth)];
    for (let rest = natural; rest > 0; rest -= least) {
      const word = document.createElement('span');
      word.style.cssText = `display:inline-block;height:1px;width:${Math.min(rest, least)}px`;
      line.append(word, document.createElement('wbr'));
    }
    return text;
  }
})();
