/**
 * A rendered page at one width of the screen in, what is wrong with its formulas out.
 *
 * Runs in the page itself, which has no scripts of its own running.
 */

/** Less than this, in CSS pixels, nobody sees. */
const SLACK = 1;

/**
 * @typedef {object} Offence
 * @property {number} index  of the formula in the page
 * @property {string} tex
 * @property {string} reason
 */

(() => {
  const formulas = [...document.querySelectorAll('mjx-container[data-tex]')];
  const offences = formulas.flatMap((formula, index) =>
    wrong(formula).map((reason) => ({ index, tex: formula.getAttribute('data-tex'), reason })),
  );
  const displays = formulas.filter((formula) => formula.hasAttribute('display') && isShown(formula));
  return {
    offences,
    formulas: formulas.length,
    displays: displays.length,
    compromised: displays.flatMap((formula) => compromise(formula)),
    wider: widerThan(formulas),
  };

  /** @param {Element} element */
  function isShown(element) {
    return element.getClientRects().length > 0;
  }

  /**
   * How many pixels wider the page is than its screen, because of formulas.
   *
   * @param {Element[]} elements
   */
  function widerThan(elements) {
    const root = document.documentElement;
    const wide = root.scrollWidth - root.clientWidth;
    if (wide <= SLACK) return 0;
    for (const element of elements) element.style.display = 'none';
    const without = Math.max(0, root.scrollWidth - root.clientWidth);
    for (const element of elements) element.style.display = '';
    return wide - without > SLACK ? wide - without : 0;
  }

  /**
   * @param {Element} formula
   * @returns {string[]}
   */
  function wrong(formula) {
    if (!isShown(formula)) return [];
    const box = formula.querySelector('mjx-box');
    return [...(box ? layoutsOf(box) : []), ...outside(formula)];
  }

  /**
   * Exactly one layout is shown, and it is the widest that fits.
   *
   * @param {Element} box
   */
  function layoutsOf(box) {
    const all = [...box.children];
    const shown = all.filter(isShown);
    if (shown.length !== 1) return [`${shown.length} of ${all.length} layouts are shown`];
    const room = box.getBoundingClientRect().width;
    const fits = all.findIndex((layout) => needed(layout, box) <= room + SLACK / 10);
    const expected = all.at(fits);
    // Thresholds are whole tenths of an ex (less than an em): a layout may want that much more
    const close = needed(expected, box) + Number.parseFloat(getComputedStyle(box).fontSize) / 10 >= room;
    return shown[0] === expected || close ? [] : ['a layout is shown that is not the widest that fits'];
  }

  /**
   * The width that a layout asks for, in pixels, from what its pictures say.
   *
   * @param {Element} layout
   * @param {Element} box
   */
  function needed(layout, box) {
    const svgs = layout.localName === 'svg' ? [layout] : [...layout.querySelectorAll(':scope > svg, mjx-scroll > svg')];
    const lengths = svgs.flatMap((svg) => [svg.getAttribute('width'), svg.style.marginLeft, svg.style.marginRight]);
    return pixels(`calc(${lengths.map((length) => length || '0px').join(' + ')})`, box);
  }

  /**
   * A length in the font of an element, in pixels.
   *
   * @param {string} length
   * @param {Element} element
   */
  function pixels(length, element) {
    const probe = document.createElement('span');
    probe.style.cssText = `position:absolute;visibility:hidden;height:0;width:${length}`;
    element.after(probe);
    const { width } = probe.getBoundingClientRect();
    probe.remove();
    return width;
  }

  /**
   * Whether a picture reaches out of the box that its formula has.
   *
   * @param {Element} formula
   */
  function outside(formula) {
    const room = formula.hasAttribute('display') ? formula.getBoundingClientRect() : blockOf(formula);
    const reach = [...formula.querySelectorAll('svg')].filter((svg) => {
      if (svg.parentElement.closest('svg') || svg.closest('mjx-scroll') || !isShown(svg)) return false;
      const { left, right } = svg.getBoundingClientRect();
      return left < room.left - SLACK || right > room.right + SLACK;
    });
    return reach.length ? ['it reaches out of its container'] : [];
  }

  /**
   * The box of the block that a formula is a word of.
   *
   * @param {Element} formula
   */
  function blockOf(formula) {
    let block = formula.parentElement;
    while (block && /^inline|^contents/.test(getComputedStyle(block).display)) block = block.parentElement;
    return (block ?? document.body).getBoundingClientRect();
  }

  /**
   * Whether a display is shrunk, or scrolls.
   *
   * @param {Element} formula
   */
  function compromise(formula) {
    const tex = formula.getAttribute('data-tex');
    const scroll = [...formula.querySelectorAll('mjx-scroll')].some(
      (box) => isShown(box) && box.scrollWidth > box.clientWidth + SLACK,
    );
    if (scroll) return [{ tex, how: 'scrolls' }];
    const shrunk = [...formula.querySelectorAll('svg[viewBox]')].some((svg) => {
      if (svg.parentElement.closest('svg') || !isShown(svg)) return false;
      const { width } = svg.getBoundingClientRect();
      return width < pixels(svg.getAttribute('width'), formula) - SLACK;
    });
    return shrunk ? [{ tex, how: 'shrinks' }] : [];
  }
})();
