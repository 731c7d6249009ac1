/**
 * Runs in a page before its own scripts, in a world of its own, where they cannot reach it.
 *
 * It remembers the formulas that the parser has put into the page, and where: what scripts make of
 * them is told from that. And it keeps the page: one that goes elsewhere is not parsed to its end.
 *
 * What our scripts know of a page is in `prerender` (tests/types/browser.d.ts: ScreenState).
 */
(() => {
  const FORMULA = 'mjx-container[data-tex]';

  /** @type {Map<Element, Element[]>} */
  const parsed = new Map();
  globalThis.prerender = { parsed };

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
    for (const node of added) {
      if (node instanceof Element && node.matches(FORMULA) && !parsed.has(node)) parsed.set(node, ancestors(node));
    }
  }

  /** @param {Element} element */
  function ancestors(element) {
    const found = [];
    for (let one = element.parentElement; one; one = one.parentElement) found.push(one);
    return found;
  }
})();
