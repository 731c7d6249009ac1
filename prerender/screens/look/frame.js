/**
 * Frames the formula of a violation, brings it into sight, and tells from where to where on the
 * screen it reaches; or takes the frame away, and puts back what was scrolled.
 *
 * @param {object} what
 * @param {number} what.violation  its index
 * @param {boolean} what.framed
 * @returns {[number, number]}
 */
({ violation, framed }) => {
  const state = globalThis.prerender;
  const element = /** @type {HTMLElement[]} */ (state.violators)[violation];
  element.style.outline = framed ? '2px dashed #d00' : '';
  if (framed) {
    state.scrolled = ancestors(element).map((one) => [one, one.scrollLeft, one.scrollTop]);
    element.scrollIntoView({ block: 'center', inline: 'nearest', behavior: 'instant' });
  } else {
    for (const [one, left, top] of state.scrolled ?? []) one.scrollTo({ left, top, behavior: 'instant' });
  }
  const { top, bottom } = element.getBoundingClientRect();
  return [top, bottom];

  /** @param {Element} inner */
  function ancestors(inner) {
    const found = [];
    for (let one = inner.parentElement; one; one = one.parentElement) found.push(one);
    return found;
  }
};
