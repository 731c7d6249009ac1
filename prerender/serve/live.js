// In each page of a preview: has it reloaded when it has changed, and shows what is wrong with it.

import {showPanel} from './panel.js';

const script = /** @type {HTMLScriptElement} */ (
  document.querySelector('script[data-prerender-version]'));

/** What was shown last: the path, and the version of its page; "" if that is not known. */
const shown = {path: location.pathname, version: script.dataset.prerenderVersion ?? ''};

/** @type {EventSource | undefined} */
let events;

/** Whether this is a frame of /_screens, which reloads its frames itself. */
function isScreen() {
  try {
    return window.parent !== window
      && window.parent.document.documentElement.hasAttribute('data-prerender-screens');
  } catch {
    return false;
  }
}

/** Listens, unless the page is hidden: a browser has six connections to a host for all its tabs. */
function connect() {
  events?.close();
  events = undefined;
  if (document.hidden) {
    return;
  }
  events = new EventSource(`/_prerender/events?${new URLSearchParams(shown)}`);
  events.addEventListener('reload', () => location.reload());
  events.addEventListener('diagnostics', (event) => showPanel(JSON.parse(event.data)));
}

/** Listens for another page, where a theme has put that in the place of the one before. */
function follow() {
  if (location.pathname !== shown.path) {
    Object.assign(shown, {path: location.pathname, version: ''});
    connect();
  }
}

if (!isScreen()) {
  connect();
  document.addEventListener('visibilitychange', connect);
  window.addEventListener('pagehide', () => events?.close());
  window.addEventListener('pageshow', (event) => event.persisted && connect());
  window.addEventListener('popstate', follow);
  /** @type {any} */ (window).navigation?.addEventListener('navigatesuccess', follow);
}
