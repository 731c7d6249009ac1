/**
 * The side of numbers in, what is wrong with the numbers of a page's formulas out.
 *
 * @param {'left' | 'right'} side
 * @returns {string[]} by the TeX of the formula
 */
(side) => {
  const SLACK = 1;
  const formulas = [...document.querySelectorAll('mjx-container[data-tex]')];
  return formulas.flatMap((formula) => wrong(formula).map((what) => `${formula.getAttribute('data-tex')}: ${what}`));

  /** @param {Element} formula */
  function wrong(formula) {
    const row = [...formula.querySelectorAll('prm-row')].find((one) => one.getClientRects().length);
    if (!row) return [];
    const box = row.closest('prm-box').getBoundingClientRect();
    const parts = [...row.children];
    const [number, body] = side === 'right' ? parts.reverse() : parts;
    const [a, b] = [number, body].map((part) => part.getBoundingClientRect());
    const besides = a.right <= b.left + SLACK || a.left >= b.right - SLACK;
    const below = a.top >= b.bottom - SLACK;
    return [
      Math.abs(a[side] - box[side]) > SLACK && `its number is not at the ${side} edge`,
      !besides && !below && 'its number stands over it',
      below && a.top < b.bottom + 2 && 'its number touches it',
      a.width < 5 && 'its number is squeezed',
      (b.left < box.left - SLACK || b.right > box.right + SLACK) && 'it reaches out of its box',
    ].filter(Boolean);
  }
}
