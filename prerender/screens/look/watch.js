/**
 * Runs in a page before its own scripts, in a world of its own, where they cannot reach it.
 *
 * It remembers the formulas that the parser has put into the page, and where: what scripts make of
 * them is told from that. And it keeps the page: one that goes elsewhere is not parsed to its end.
 *
 * @typedef {object} State  what our scripts know of a page
 * @property {Map<Element, Element[]>} [parsed]  each formula, in the order of the source, with the
 *   elements around it, the innermost first; not there if the page's scripts are off
 * @property {Element[]} [violators]  what to show of each violation
 */
(() => {
  const FORMULA = 'mjx-container[data-tex]';

  /** @type {State} */
  const state = { parsed: new Map() };
  globalThis.prerender = state;

  const parsing = new MutationObserver(remember);
  parsing.observe(document, { childList: true, subtree: true });
  // Before scripts that wait for the end of the source
  document.addEventListener('readystatechange', finish, { once: true });

  if (window === window.top) navigation.addEventListener('navigate', stay);

  /** @param {NavigateEvent} event */
  function stay(event) {
    if (!event.destination.sameDocument) event.preventDefault();
  }

  function finish() {
    remember(parsing.takeRecords());
    parsing.disconnect();
  }

  /**
   * The parser adds elements one by one; what scripts add as a tree is not looked into.
   *
   * @param {MutationRecord[]} records
   */
  function remember(records) {
    const added = records.flatMap((record) => [...record.addedNodes]);
    for (const formula of added.filter((node) => node instanceof Element && node.matches(FORMULA))) {
      if (!state.parsed.has(formula)) state.parsed.set(formula, ancestors(formula));
    }
  }

  /** @param {Element} element */
  function ancestors(element) {
    const found = [];
    for (let one = element.parentElement; one; one = one.parentElement) found.push(one);
    return found;
  }
})();
