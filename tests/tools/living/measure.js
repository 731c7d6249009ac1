/**
 * A page in, what is to be seen of each formula out: judged by geometry, with no name inside of it.
 *
 * A picture is an <svg> in a formula that no other <svg> holds, and that has a viewBox; an em of it
 * are 1000 units. What a picture should measure says its own width or height in ex.
 *
 * @typedef {object} Formula
 * @property {string} tex
 * @property {boolean} display
 * @property {boolean} hidden  whether the place that it stands in is not shown either
 * @property {number[]} shown  which of its pictures are seen
 * @property {number} scale  the least of their sizes, as a share of what they should be
 * @property {number} stretch  the most that one of their sides is, as a share of what it should be
 * @property {number} slack  the height of the formula beyond its pictures, in em
 * @property {number} baseline  how far they stand off the baseline of the text, in em
 * @property {boolean} turned
 * @property {boolean} unpainted  whether fill or colour are not those of the text
 * @property {number} out  how far they reach out of the block that holds the formula, in pixels
 * @property {number} room  the width of the formula's element, in ex
 * @property {Object<string, number[]>} drawn  of each picture seen: what its paths cover, in units
 */

// A function that is to be called: what it is evaluated in runs no scripts, at times
() => {
  const CONTAINER = 'mjx-container[data-tex]';
  /** Units of a picture, thousandths of an em, in an ex of MathJax's font. */
  const X_HEIGHT = 442;
  const PROBE =
    'all:initial!important;font:inherit!important;line-height:inherit!important;' +
    'display:inline-block!important;height:0!important;visibility:hidden!important;';

  const formulas = [...document.querySelectorAll(CONTAINER)];
  const seen = formulas.map(look);
  return { formulas: seen, widened: widened() };

  /** @param {Element} formula  @returns {Formula} */
  function look(formula) {
    const pictures = picturesOf(formula);
    const shown = pictures.filter(isShown);
    const ex = exOf(formula.parentElement);
    const em = parseFloat(getComputedStyle(formula.parentElement).fontSize);
    const sides = shown.map((picture) => sidesOf(picture, ex));
    const display = formula.getAttribute('display') === 'true';
    return {
      tex: formula.dataset.tex,
      display,
      hidden: !isOpen(formula.parentElement),
      shown: shown.map((picture) => pictures.indexOf(picture)),
      scale: Math.min(...sides.flat(), 9),
      stretch: Math.max(...sides.flat(), 0),
      slack: display ? slackOf(formula, shown) / em : 0,
      baseline: display ? 0 : Math.max(0, ...shown.map((picture) => offBaseline(formula, picture) / em)),
      turned: shown.some((picture) => isTurned(formula, picture)),
      unpainted: shown.some((picture) => !isPainted(formula, picture)),
      out: Math.max(0, ...shown.map((picture) => reachesOut(formula, picture))),
      room: formula.getBoundingClientRect().width / ex,
      drawn: Object.fromEntries(shown.map((picture) => [pictures.indexOf(picture), coverOf(picture)])),
    };
  }

  /** @param {Element} formula  @returns {SVGSVGElement[]} */
  function picturesOf(formula) {
    const all = [...formula.querySelectorAll('svg[viewBox]')];
    return all.filter((picture) => !picture.parentElement.closest('svg'));
  }

  /** @param {Element} element */
  function isVisible(element) {
    return element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  }

  /** Whether a place is shown, and not shrunk to nothing until it is wanted.
   * @param {Element} place */
  function isOpen(place) {
    return isVisible(place) && probed(place, 'beforeend', 'width:9px!important', ({ width }) => width > 0);
  }

  /** @param {SVGSVGElement} picture */
  function isShown(picture) {
    const { width, height } = picture.getBoundingClientRect();
    return isVisible(picture) && width > 0.5 && height > 0.5;
  }

  /** An empty element of the text at a place, gone when it has been looked at.
   * @template T  @param {Element} place  @param {'beforebegin'|'afterend'|'beforeend'} where
   * @param {string} style  @param {(probe: DOMRect) => T} use */
  function probed(place, where, style, use) {
    const probe = document.createElement('living-probe');
    probe.style.cssText = PROBE + style;
    place.insertAdjacentElement(where, probe);
    const result = use(probe.getBoundingClientRect());
    probe.remove();
    return result;
  }

  /** @param {Element} element  the x-height of its text, in pixels */
  function exOf(element) {
    const style = 'position:absolute!important;width:100ex!important';
    return probed(element, 'beforeend', style, ({ width }) => width) / 100;
  }

  /** @param {SVGSVGElement} picture  @param {number} ex  its width and height, as shares */
  function sidesOf(picture, ex) {
    const { width, height } = picture.getBoundingClientRect();
    const natural = picture.viewBox.baseVal;
    const pixels = ex / X_HEIGHT;
    return [width / (natural.width * pixels), height / (natural.height * pixels)];
  }

  /** @param {Element} formula  @param {SVGSVGElement[]} shown */
  function slackOf(formula, shown) {
    const boxes = shown.map((picture) => picture.getBoundingClientRect());
    const top = Math.min(...boxes.map((box) => box.top));
    const bottom = Math.max(...boxes.map((box) => box.bottom));
    return boxes.length ? formula.getBoundingClientRect().height - (bottom - top) : 0;
  }

  /** How far a picture stands off the line that it is in: the nearer of those before and after it.
   * @param {Element} formula  @param {SVGSVGElement} picture */
  function offBaseline(formula, picture) {
    const { y, height } = picture.viewBox.baseVal;
    // A probe may change where lines end: the picture is looked at while it is there
    const own = () => {
      const box = picture.getBoundingClientRect();
      return box.top + (-y / height) * box.height;
    };
    const off = (place) =>
      Math.min(
        ...['beforebegin', 'afterend'].map((where) =>
          probed(place, where, 'width:0!important', ({ bottom }) => Math.abs(own() - bottom)),
        ),
      );
    const place = picturesOf(formula).length > 1 ? picture : inLine(formula);
    return place ? off(place) : 0;
  }

  /** What stands in a line of text: a formula, or the boxes in the line that hold nothing but it.
   * @param {Element} formula  @returns {Element | null}  null where it is no part of a line */
  function inLine(formula) {
    const { display } = getComputedStyle(formula.parentElement);
    if (/^inline-(flex|grid)$/.test(display)) return inLine(formula.parentElement);
    return /flex|grid/.test(display) ? null : formula;
  }

  /** @param {Element} formula  @param {Element} picture */
  function isTurned(formula, picture) {
    for (let element = picture; ; element = element.parentElement) {
      const { transform, rotate, scale } = getComputedStyle(element);
      const { a, b, c, d } = new DOMMatrix(transform === 'none' ? '' : transform);
      const turned = a <= 0 || d <= 0 || Math.abs(b) > 0.001 || Math.abs(c) > 0.001;
      if (turned || rotate !== 'none' || scale !== 'none') return true;
      if (element === formula) return false;
    }
  }

  /** @param {Element} formula  @param {Element} picture */
  function isPainted(formula, picture) {
    const { color } = getComputedStyle(formula.parentElement);
    const { fill } = getComputedStyle(picture);
    const drawn = [...picture.querySelectorAll('path, use')];
    return fill === color && drawn.every((one) => getComputedStyle(one).fill !== 'none');
  }

  /** @param {Element} formula  the nearest block that it stands in */
  function blockOf(formula) {
    let block = formula.parentElement;
    while (/^(inline|contents)$/.test(getComputedStyle(block).display)) block = block.parentElement;
    return block;
  }

  /** @param {Element} formula  @param {Element} picture */
  function reachesOut(formula, picture) {
    const block = blockOf(formula);
    for (let element = picture.parentElement; element !== block; element = element.parentElement) {
      if (/auto|scroll/.test(getComputedStyle(element).overflowX)) return 0;
    }
    const style = getComputedStyle(block);
    if (/auto|scroll/.test(style.overflowX)) return 0;
    const outer = block.getBoundingClientRect();
    const left = outer.left + parseFloat(style.paddingLeft) + parseFloat(style.borderLeftWidth);
    const right = outer.right - parseFloat(style.paddingRight) - parseFloat(style.borderRightWidth);
    const box = picture.getBoundingClientRect();
    return Math.max(0, left - box.left, box.right - right);
  }

  /** @param {SVGSVGElement} picture */
  function coverOf(picture) {
    const { x, y, width, height } = picture.getBBox();
    return [x, y, width, height].map(Math.round);
  }

  /** By how many pixels formulas make the page wider than its screen. */
  function widened() {
    const root = document.scrollingElement;
    const excess = () => Math.max(0, root.scrollWidth - root.clientWidth);
    const before = excess();
    if (before <= 1) return 0;
    const styles = formulas.map((formula) => formula.getAttribute('style'));
    for (const formula of formulas) formula.style.setProperty('display', 'none', 'important');
    const after = excess();
    formulas.forEach((formula, index) => {
      if (styles[index] === null) formula.removeAttribute('style');
      else formula.setAttribute('style', styles[index]);
    });
    return before - after;
  }
}
