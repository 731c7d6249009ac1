// In /_screens: frames follow each other from page to page, and are reloaded when a page changes.

import {showPanel} from './panel.js';

const frames = [...document.querySelectorAll('iframe')];
const form = /** @type {HTMLFormElement} */ (document.querySelector('form'));
const input = /** @type {HTMLInputElement} */ (form.elements.namedItem('path'));
const alone = /** @type {HTMLAnchorElement} */ (form.querySelector('a'));

/** @type {EventSource | undefined} */
let events;
let shown = '';

/**
 * The version of the page in a frame; "" if that is not known.
 * @param {HTMLIFrameElement} frame
 */
function versionIn(frame) {
  const script = frame.contentDocument?.querySelector('script[data-prerender-version]');
  return script?.getAttribute('data-prerender-version') ?? '';
}

/** Listens for the page that the first frame shows, unless it is hidden (see live.js). */
function connect() {
  events?.close();
  events = undefined;
  if (document.hidden || !shown) {
    return;
  }
  const asked = new URLSearchParams({path: shown, version: versionIn(frames[0])});
  events = new EventSource(`/_prerender/events?${asked}`);
  events.addEventListener('reload', () => {
    frames.forEach((frame) => frame.contentWindow?.location.reload());
  });
  events.addEventListener('diagnostics', (event) => showPanel(JSON.parse(event.data)));
}

/**
 * Shows a page in all frames.
 * @param {string} path
 * @param {HTMLIFrameElement} [from] the frame that shows it already
 */
function show(path, from) {
  shown = path;
  input.value = path;
  alone.href = path;
  document.title = `${path} on ${frames.length} screens`;
  history.replaceState(null, '', `/_screens${path}`);
  frames.filter((frame) => frame !== from && frame.contentWindow?.location.pathname !== path)
    .forEach((frame) => frame.contentWindow?.location.replace(path));
}

for (const frame of frames) {
  frame.addEventListener('load', () => {
    const path = frame.contentWindow?.location.pathname;
    if (path && path !== 'blank' && path !== shown) {
      show(path, frame);
    }
    if (frame === frames[0]) {
      connect();
    }
  });
}
form.addEventListener('submit', (event) => {
  event.preventDefault();
  show(`/${input.value.replace(/^\/+/, '')}`);
});
document.addEventListener('visibilitychange', connect);
shown = input.value;
