// Diagnostics in; a panel at the foot of the page out, which the page's own styles do not reach.

/**
 * @typedef {{severity: string, where: string, message: string, source: string, caret: number,
 *   cure: string}} Told
 */

const STYLE = `
:host { all: initial; }
section { position: fixed; inset: auto 0 0; z-index: 2147483647; max-height: 45vh; overflow: auto;
  color-scheme: light dark; font: 14px/1.5 system-ui, sans-serif; box-shadow: 0 0 1rem #0006;
  color: light-dark(#1c2024, #e4e7ea); background: light-dark(#fff, #1e2327);
  border-top: 3px solid light-dark(#b3261e, #ff8a80); overflow-wrap: anywhere; text-align: left; }
section.odd { border-color: light-dark(#b8860b, #f0b95a); }
header { position: sticky; top: 0; display: flex; justify-content: space-between; gap: 1rem;
  padding: .375rem .75rem; background: light-dark(#f3f5f7, #14171a); font-weight: 600; }
button { font: inherit; color: inherit; background: none; border: 0; cursor: pointer; padding: 0 .5rem;
  text-decoration: underline; }
ol { list-style: none; margin: 0; padding: 0 .75rem; }
li { padding: .5rem 0; border-bottom: 1px solid light-dark(#d5dae0, #363d44); }
li:last-child { border: 0; }
code, pre { font: 13px/1.5 ui-monospace, monospace; }
pre { margin: .25rem 0; overflow-x: auto; }
b { font-weight: 600; color: light-dark(#b3261e, #ff8a80); }
b.warning { color: light-dark(#8a5a00, #f0b95a); }
b.note { color: light-dark(#3f6212, #a3c585); }
pre { padding-bottom: 1.25em; }
pre b { position: relative; font-weight: inherit; background: light-dark(#b3261e22, #ff8a8033); }
pre b::after { content: "^"; position: absolute; left: 0; top: 1.1em; font-weight: 700; }
pre.warning b { color: light-dark(#8a5a00, #f0b95a); background: light-dark(#f0b95a55, #f0b95a33); }
@media (max-width: 50rem) { pre { padding: 0; white-space: pre-wrap; line-height: 2.2; }
  pre b::after { top: .9em; } }
small { font-size: inherit; color: light-dark(#5c6670, #9aa4ae); }
`;

/**
 * @param {string} name
 * @param {Array<Node | string>} content
 * @param {string} [kind]
 * @returns {HTMLElement}
 */
function element(name, content, kind = '') {
  const made = document.createElement(name);
  made.append(...content);
  made.className = kind;
  return made;
}

/**
 * The line of the source: what is at its place is marked, with a caret below it by the styles
 * (spaces would not do, where letters are as wide as two).
 * @param {Told} told
 * @returns {HTMLElement}
 */
function excerpt({severity, source, caret}) {
  const [at = ' ', ...rest] = source.slice(caret);
  return element('pre', [source.slice(0, caret), element('b', [at]), rest.join('')], severity);
}

/**
 * @param {Told} told
 * @returns {HTMLElement}
 */
function item(told) {
  const severity = element('b', [told.severity], told.severity);
  const parts = [element('div', [severity, ' ', element('code', [told.where])]), told.message];
  if (told.source) {
    parts.push(excerpt(told));
  }
  if (told.cure) {
    parts.push(element('div', [element('small', [told.cure])]));
  }
  return element('li', parts);
}

/**
 * @param {number} count
 * @param {string} what
 */
function counted(count, what) {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

/** @type {HTMLElement | undefined} */
let host;

/**
 * Shows diagnostics in place of those before; none: no panel.
 * @param {Told[]} all
 */
export function showPanel(all) {
  host?.remove();
  host = undefined;
  if (all.length === 0) {
    return;
  }
  const errors = all.filter((one) => one.severity === 'error').length;
  const others = all.length - errors;
  const title = [errors && counted(errors, 'error'), others && counted(others, 'warning')]
    .filter(Boolean).join(', ');
  const close = element('button', ['close']);
  const header = element('header', [`prerender: ${title}`, close]);
  const section = element('section', [header, element('ol', all.map(item))], errors ? '' : 'odd');
  section.setAttribute('role', 'region');
  section.setAttribute('aria-label', 'What prerender says of this page');
  const made = document.createElement('prerender-panel');
  close.addEventListener('click', () => made.remove());
  made.attachShadow({mode: 'open'}).append(element('style', [STYLE]), section);
  document.documentElement.append(made);
  host = made;
}
