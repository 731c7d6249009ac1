/**
 * Watches a page from the start: runs before its scripts, in an isolated world.
 *
 * It records the formulas that the parser has added, and their ancestors, so that changes by scripts
 * can be told. It also prevents navigation, which would end the parsing of the page.
 *
 * The state of our scripts is in `prerender` (tests/types/browser.d.ts: ScreenState).
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
   * The parser adds elements one by one; trees that scripts add are not searched.
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
    for (let parent = element.parentElement; parent; parent = parent.parentElement) found.push(parent);
    return found;
  }
})();
