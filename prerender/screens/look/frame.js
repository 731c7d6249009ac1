/**
 * Scrolls a formula into view, and returns its top and bottom on the screen; the formula of a
 * violation is framed. Or removes the frame and restores the scroll positions.
 *
 * @param {object} what
 * @param {'violators' | 'exhibits'} what.list
 * @param {number} what.index  in that list
 * @param {boolean} what.framed
 * @returns {[number, number]}
 */
({ list, index, framed }) => {
  const state = globalThis.prerender;
  const element = /** @type {HTMLElement[]} */ (state[list])[index];
  if (list === 'violators') element.style.outline = framed ? '2px dashed #d00' : '';
  if (framed) {
    state.scrolled = ancestors(element).map((ancestor) => [ancestor, ancestor.scrollLeft, ancestor.scrollTop]);
    element.scrollIntoView({ block: 'center', inline: 'nearest', behavior: 'instant' });
  } else {
    for (const [ancestor, left, top] of state.scrolled ?? []) ancestor.scrollTo({ left, top, behavior: 'instant' });
  }
  const { top, bottom } = element.getBoundingClientRect();
  return [top, bottom];

  /** @param {Element} inner */
  function ancestors(inner) {
    const found = [];
    for (let parent = inner.parentElement; parent; parent = parent.parentElement) found.push(parent);
    return found;
  }
};
