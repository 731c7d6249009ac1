/**
 * Waits until a page is loaded and has stopped changing.
 *
 * @param {object} times  in milliseconds
 * @param {number} times.quiet  the time without changes after which the page has settled
 * @param {number} times.limit  the most time to wait
 */
async ({ quiet, limit }) => {
  const end = performance.now() + limit;
  await within(limit, loaded());
  await within(end - performance.now(), document.fonts.ready);

  let changed = performance.now();
  const changes = new MutationObserver(() => {
    changed = performance.now();
  });
  changes.observe(document, { attributes: true, characterData: true, childList: true, subtree: true });
  while (performance.now() < Math.min(end, changed + quiet)) await sleep(quiet / 5);
  changes.disconnect();

  function loaded() {
    if (document.readyState === 'complete') return null;
    return new Promise((resolve) => {
      addEventListener('load', resolve, { once: true });
    });
  }

  /**
   * @param {number} time
   * @param {unknown} event
   */
  function within(time, event) {
    return Promise.race([event, sleep(time)]);
  }

  /** @param {number} time */
  function sleep(time) {
    return new Promise((resolve) => {
      setTimeout(resolve, time);
    });
  }
};
