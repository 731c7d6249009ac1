/**
 * The size of text in (1: as the page has it), what is wrong with the page's formulas out.
 *
 * Runs in a rendered page that has the width of a screen, and no scripts of its own running.
 *
 * @typedef {object} Offence
 * @property {number} index  of the formula in the page
 * @property {string} reason
 *
 * @typedef {object} Compromise  a display that is not shown as it was meant
 * @property {number} index
 * @property {'shrinks' | 'scrolls'} how
 * @property {number} layouts  it has so many
 * @property {number} needed  pixels that the narrowest of them needs
 * @property {number} room  pixels that there are
 *
 * @param {number} textSize
 * @returns {{formulas: number, displays: number, offences: Offence[], compromises: Compromise[]}}
 */
(textSize) => {
  /** Less than this, in CSS pixels, nobody sees. */
  const SLACK = 1;
  /** Thousandths of an em that an ex has in MathJax's font. */
  const X_HEIGHT = 442;

  const root = document.documentElement;
  if (textSize !== 1) enlargeText();
  const formulas = [...document.querySelectorAll('mjx-container[data-tex]')];
  const shown = formulas.filter(isShown);
  const displays = shown.filter((formula) => formula.hasAttribute('display'));
  const exes = measureExes();
  const indexes = new Map(formulas.map((formula, index) => [formula, index]));
  return {
    formulas: formulas.length,
    displays: displays.length,
    compromises: displays.flatMap(compromise),
    offences: shown
      .flatMap((formula) => wrong(formula).map((reason) => ({ index: indexes.get(formula), reason })))
      .concat(widening()),
  };

  /** What a browser does that enlarges text alone: every font is so many times as large. */
  function enlargeText() {
    const elements = [...document.querySelectorAll(':not(svg, svg *, mjx-container *)')].filter(({ style }) => style);
    const sizes = elements.map((element) => Number.parseFloat(getComputedStyle(element).fontSize));
    elements.forEach((element, at) => {
      element.style.setProperty('font-size', `${sizes[at] * textSize}px`, 'important');
    });
  }

  /** @param {Element} element */
  function isShown(element) {
    return element.getClientRects().length > 0;
  }

  /**
   * The pixels of an ex in each formula that is shown; all probes stand at once, for one reflow.
   *
   * @returns {Map<Element, number>}
   */
  function measureExes() {
    const probes = shown.map((formula) => {
      const probe = document.createElement('span');
      probe.style.cssText = 'position:absolute;visibility:hidden;height:0;width:100ex;min-width:0;max-width:none';
      formula.append(probe);
      return probe;
    });
    const sizes = probes.map((probe) => probe.getBoundingClientRect().width / 100);
    for (const probe of probes) probe.remove();
    return new Map(shown.map((formula, at) => [formula, sizes[at]]));
  }

  /**
   * The pixels that a picture is wide where there is room: its proportions are in thousandths of an em. One without
   * is as wide as its line, and says its least width.
   *
   * @param {Element} svg
   * @param {Element} formula
   */
  function widthOf(svg, formula) {
    const { width } = svg.viewBox.baseVal;
    const ex = width ? width / X_HEIGHT : Number.parseFloat(getComputedStyle(svg).getPropertyValue('--least'));
    return ex * exes.get(formula);
  }

  /**
   * @param {Element} formula
   * @returns {string[]}
   */
  function wrong(formula) {
    const box = formula.querySelector('prm-box');
    return [...(box ? wrongLayout(formula, box) : []), ...outside(formula)];
  }

  /**
   * Exactly one layout is shown, and it is the widest that fits.
   *
   * @param {Element} formula
   * @param {Element} box
   */
  function wrongLayout(formula, box) {
    const all = [...box.children];
    const seen = all.filter(isShown);
    if (seen.length !== 1) return [`${seen.length} of its ${all.length} layouts are shown`];
    const room = box.getBoundingClientRect().width;
    const expected = all.at(all.findIndex((layout) => needed(layout, formula) <= room + SLACK / 10));
    // Thresholds are whole tenths of an ex: a layout may ask for that much more than it needs
    const close = needed(expected, formula) + exes.get(formula) / 10 >= room;
    return seen[0] === expected || close ? [] : ['the layout that is shown is not the widest that fits'];
  }

  /**
   * The pixels that a layout asks for with its number, from what its pictures say.
   *
   * @param {Element} layout
   * @param {Element} formula
   */
  function needed(layout, formula) {
    const svgs = layout.localName === 'svg' ? [layout] : [...layout.querySelectorAll(':scope > svg, prm-scroll > svg')];
    const margins = svgs.map((svg) => getComputedStyle(svg)).flatMap((style) => [style.marginLeft, style.marginRight]);
    const widths = svgs.map((svg) => widthOf(svg, formula));
    return [...widths, ...margins.map((margin) => parseFloat(margin))].reduce((sum, length) => sum + length, 0);
  }

  /**
   * Whether a picture, or the formula's own box, reaches out of the block that holds the formula.
   *
   * @param {Element} formula
   */
  function outside(formula) {
    const isDisplay = formula.hasAttribute('display');
    const boxes = isDisplay ? [blockOf(formula), formula.getBoundingClientRect()] : [blockOf(formula)];
    const pictures = [...formula.querySelectorAll('svg')].filter(
      (svg) => !svg.parentElement.closest('svg') && !svg.closest('prm-box') && isShown(svg),
    );
    const parts = [...pictures, ...formula.querySelectorAll('prm-box'), ...(isDisplay ? [formula] : [])].filter(isShown);
    const reaches = parts.some((part) => {
      const { left, right } = part.getBoundingClientRect();
      return boxes.some((box) => left < box.left - SLACK || right > box.right + SLACK);
    });
    return reaches ? ['it reaches out of its container'] : [];
  }

  /**
   * The box of the block that a formula stands in.
   *
   * @param {Element} formula
   */
  function blockOf(formula) {
    let block = formula.parentElement;
    while (block && /^(inline|contents)$/.test(getComputedStyle(block).display)) block = block.parentElement;
    return (block ?? document.body).getBoundingClientRect();
  }

  /**
   * Formulas that make the page scroll sideways: each hidden, then shown again one after the other.
   *
   * @returns {Offence[]}
   */
  function widening() {
    if (wider() <= SLACK) return [];
    const before = formulas.map((formula) => formula.style.display);
    for (const formula of formulas) formula.style.display = 'none';
    let without = wider();
    const found = formulas.flatMap((formula, index) => {
      formula.style.display = before[index];
      const grown = wider() - without;
      if (grown <= SLACK) return [];
      without += grown;
      return [{ index, reason: `it makes the page ${Math.round(grown)} px wider than its screen` }];
    });
    return found;
  }

  /** How many pixels the page is wider than its screen. */
  function wider() {
    return Math.max(0, root.scrollWidth - root.clientWidth);
  }

  /**
   * Whether a display is shrunk, or scrolls.
   *
   * @param {Element} formula
   * @returns {Compromise[]}
   */
  function compromise(formula) {
    const how = scrolls(formula) ? 'scrolls' : shrinks(formula) ? 'shrinks' : null;
    if (how === null) return [];
    const box = formula.querySelector('prm-box');
    const layouts = [...(box ?? formula).children];
    const least = Math.min(...layouts.map((layout) => needed(layout, formula)));
    const { width } = (box ?? formula).getBoundingClientRect();
    return [{ index: indexes.get(formula), how, layouts: layouts.length, needed: least, room: width }];
  }

  /** @param {Element} formula */
  function scrolls(formula) {
    const boxes = [...formula.querySelectorAll('prm-box, prm-scroll')];
    return boxes.some((box) => isShown(box) && box.scrollWidth > box.clientWidth + SLACK);
  }

  /** @param {Element} formula */
  function shrinks(formula) {
    return [...formula.querySelectorAll('svg[viewBox]')].some((svg) => {
      if (svg.parentElement.closest('svg') || !isShown(svg)) return false;
      return svg.getBoundingClientRect().width < widthOf(svg, formula) - SLACK;
    });
  }
};
