/**
 * Probe elements: for whatever selector a script uses there is an element, whose text is recognised
 * when the script renders it as math.
 */

import { getterOf } from './serialise.js';

const { getElementById } = Document.prototype;
const { querySelectorAll } = Document.prototype;

/** Ways of writing a formula in an element: without delimiters, and with each of the usual ones. */
const DELIMITERS = [['', ''], ['\\(', '\\)'], ['\\[', '\\]'], ['$', '$'], ['$$', '$$']];
const STYLES = ['', 'inline', 'display'];
/** The last part of a selector: a tag or none, an id or none, classes. */
const COMPOUND = /^(?:.*[\s>+~])?([a-z][\w-]*)?(#[\w-]+)?((?:\.[\w-]+)*)$/i;
const NUMBER = 'data-prerender-probe';
const ROOTS = ['html', 'body'];
const DATA = ['script', 'meta', 'template'];

/**
 * @typedef {object} Probe
 * @property {string} selector  that of the script; "script" for `<script type="math/tex">`
 * @property {string} tag
 * @property {string} style  its additional class: "", "inline" or "display"
 * @property {string} open
 * @property {string} close
 */

/**
 * @typedef {object} Planted  an element of the page that scripts have looked for
 * @property {string} selector  the selector that they used
 * @property {[string, [string, string][]][]} path  from the body to it: tags and attributes
 * @property {string | null} text  its text; null: a formula
 * @property {[string, string]} delimiters  of that formula
 */

/** @type {Probe[]} */
const probes = [];
/** @type {WeakMap<Element, string>} */
const selectors = new WeakMap();
/** @type {WeakMap<Element, string>} scripts of math, and the page's own elements that are none */
const named = new WeakMap();
/** @type {WeakMap<Element, string>} around the elements of selectors */
const wrappers = new WeakMap();
/** @type {Map<string, number>} by selectors, the number of their elements */
const planted = new Map();
/** @type {Map<string, Probe>} by their texts, the page's own elements */
const texts = new Map();
/** @type {WeakMap<Probe, Element>} */
const elements = new WeakMap();
/** @type {Map<string, Set<string>>} by selectors, what scripts read of their elements */
const asked = new Map();
/** @type {Set<string>} selectors that match no element of the page */
const absent = new Set();

/**
 * @param {string} tag
 * @param {Probe} probe
 * @param {Record<string, string>} attributes
 */
function plantOne(tag, probe, attributes) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  plantProbe(element, probe);
  if (tag === 'script') return document.head.append(element);
  const around = document.createElement('div');
  wrappers.set(around, probe.selector);
  around.append(element);
  document.body.append(around);
}

/**
 * @param {Element} element
 * @param {Probe} probe
 */
function plantProbe(element, probe) {
  element.textContent = `${probe.open}prerender${probes.push(probe) - 1}${probe.close}`;
  (element instanceof HTMLScriptElement ? named : selectors).set(element, probe.selector);
  elements.set(probe, element);
}

/**
 * Adds the page's own elements that scripts have looked for.
 *
 * @param {Planted[]} own
 */
export function plantOwn(own) {
  /** @type {Map<string, Set<string>>} by selectors, the attributes of their elements */
  const names = new Map();
  for (const { selector, path } of own) {
    const known = names.get(selector) ?? new Set();
    names.set(selector, known);
    for (const [name] of path[path.length - 1][1]) known.add(name);
  }
  for (const { selector, path, text, delimiters } of own) {
    const [tag, attributes] = path[path.length - 1];
    const given = names.get(selector) ?? new Set();
    const isRoot = ROOTS.includes(tag);
    const element = isRoot ? document[tag === 'html' ? 'documentElement' : tag] : text === null ? chain(path) : place(tag);
    for (const [name, value] of attributes) element.setAttribute(name, value);
    if (isRoot) {
      if (text !== null) addText(text);
    } else if (text === null) {
      if (!planted.has(selector)) planted.set(selector, planted.size);
      element.setAttribute(NUMBER, planted.get(selector));
      const [open, close] = delimiters;
      plantProbe(element, { selector: pathOf(path, given), tag: '', style: '', open, close });
    } else {
      element.textContent = text;
      named.set(element, selector);
      const probe = { selector: element.id ? selector : pathOf(path, given), tag: '', style: '', open: '', close: '' };
      texts.set(text.trim(), probe);
      elements.set(probe, element);
    }
  }
}

/** Adds the text of the page, for scripts that search it. */
function addText(text) {
  const all = document.createElement('div');
  all.textContent = text;
  document.body.prepend(all);
}

/** Adds an empty element to the document; a script made in this way never runs. */
function place(tag) {
  const template = document.createElement('template');
  template.innerHTML = `<${tag}></${tag}>`;
  const element = template.content.firstElementChild ?? document.createElement(tag);
  (DATA.includes(tag) ? document.head : document.body).append(element);
  return element;
}

/** Adds the elements of a path from the body; returns the last one. */
function chain(path) {
  let inner = document.body;
  for (const [tag, attributes] of path) {
    const element = document.createElement(tag);
    for (const [name, value] of attributes) element.setAttribute(name, value);
    inner.append(element);
    inner = element;
  }
  return inner;
}

/**
 * Returns a selector that matches the elements of a path and no others.
 *
 * @param {Planted['path']} path
 * @param {Set<string>} names  attributes that the last of such elements may have
 */
function pathOf(path, names) {
  const compounds = path.map(([tag, attributes], index) => {
    const known = new Map(attributes);
    const wanted = index === path.length - 1 ? ['class', ...names] : ['class'];
    return tag + [...new Set(wanted)].map((name) => condition(name, known.get(name))).join('');
  });
  return path.length > 1 ? ['body', ...compounds].join(' > ') : compounds[0];
}

/** Returns an attribute selector; "" for a value that a selector cannot express. */
function condition(name, value) {
  if (!/^[\w-]+$/.test(name) || /[\]"',\\]/.test(value ?? '')) return '';
  return value === undefined ? `:not([${name}])` : `[${name}="${value}"]`;
}

/** Adds math in scripts, as MathJax 2's preprocessors make them. */
export function plantScripts() {
  for (const style of ['', 'display']) {
    const probe = { selector: 'script', tag: 'script', style, open: '', close: '' };
    plantOne('script', probe, { type: style ? 'math/tex; mode=display' : 'math/tex' });
  }
}

/**
 * Adds probes for a selector without commas that nothing in the document matches.
 *
 * @param {string} selector
 * @returns {string} a selector that finds them; empty: none were added
 */
function plant(selector) {
  const [, tag = '', id = '', names = ''] = COMPOUND.exec(selector) ?? [];
  if ((!tag && !id && !names) || absent.has(selector)) return '';
  const number = planted.get(selector) ?? planted.size;
  if (!planted.has(selector) && number < 50) {
    planted.set(selector, number);
    const tags = tag ? [tag.toLowerCase()] : id ? ['div'] : ['span', 'div'];
    for (const name of tags) plantAll(name, selector, id.slice(1), names.slice(1).replaceAll('.', ' '));
  }
  return `[${NUMBER}="${number}"]`;
}

/** Adds a probe for each way of writing a formula; only one for an id. */
function plantAll(tag, selector, id, classes) {
  const attributes = { [NUMBER]: planted.get(selector), ...(id && { id }) };
  for (const style of id ? [''] : STYLES) {
    for (const [open, close] of id ? DELIMITERS.slice(0, 1) : DELIMITERS) {
      plantOne(tag, { selector, tag, style, open, close }, { ...attributes, class: `${classes} ${style}`.trim() });
    }
  }
}

/** Splits a list of selectors. */
const parts = (selector) => String(selector).split(',').map((part) => part.trim().replace(/\s+/g, ' '));

/**
 * Records that scripts have looked for elements, and what they read of them.
 *
 * @param {string} selector
 * @param {'attributes' | 'around' | 'text'} [what]
 */
function ask(selector, what) {
  if (!asked.has(selector) && asked.size < 100) asked.set(selector, new Set());
  if (what) asked.get(selector)?.add(what);
}

/** @returns {[string, string[]][]} the selectors that scripts have used, and what they read */
export const wanted = () => [...asked].map(([selector, what]) => [selector, [...what]]);

/**
 * Makes queries of the page's scripts return probes where they would find nothing.
 *
 * @param {string[]} none  selectors that are known to match no element of the page
 */
export function plantOnDemand(none) {
  for (const selector of none) absent.add(selector);
  for (const { prototype } of [Document, Element]) {
    const { getElementsByClassName, getElementsByTagName } = prototype;
    const all = (within, selector) => {
      const real = querySelectorAll.call(document, selector);
      const around = selectors.get(within);
      const scoped = parts(selector).map((part) => (around ? `${around} ${part}` : part));
      scoped.forEach((part) => ask(part));
      const isOwn = (element) => !selectors.has(element);
      if ([...real].some(isOwn)) return real;
      const probing = scoped.map((part) => plant(part)).filter(Boolean);
      return probing.length ? querySelectorAll.call(document, probing.join()) : real;
    };
    prototype.querySelectorAll = function queryAll(selector) {
      return all(this, selector);
    };
    prototype.querySelector = function query(selector) {
      return all(this, selector)[0] ?? null;
    };
    prototype.getElementsByClassName = function getByClass(names) {
      const selector = `.${String(names).trim().replace(/\s+/g, '.')}`;
      ask(selector);
      plant(selector);
      return getElementsByClassName.call(this, names);
    };
    prototype.getElementsByTagName = function getByTag(name) {
      ask(name);
      if (!BARE.test(name)) plant(name);
      return getElementsByTagName.call(this, name);
    };
  }
  Document.prototype.getElementById = function getById(id) {
    ask(`#${id}`);
    const real = getElementById.call(this, id);
    if (real || !/^[\w-]+$/.test(id)) return real;
    return plant(`#${id}`) ? getElementById.call(this, id) : null;
  };
  watch();
}

/** Tags for which no probes are added: those of every page, and those outside the body. */
const BARE = /^(?:\*|html|head|body|script|meta|link|style|title|template|base)$/i;

/** Properties whose reading is recorded, because a probe has other values than the page's element. */
/** @type {Record<'attributes' | 'around' | 'text' | 'names', [{prototype: object}, string[]][]>} */
const READS = {
  attributes: [
    [Element, ['getAttribute', 'hasAttribute', 'getAttributeNames', 'attributes']],
    [HTMLElement, ['dataset', 'lang', 'dir', 'title']],
  ],
  around: [
    [Element, ['closest', 'matches', 'nextElementSibling', 'previousElementSibling']],
    [Node, ['nextSibling', 'previousSibling']],
  ],
  text: [
    [Node, ['textContent']],
    [Element, ['innerHTML']],
    [HTMLElement, ['innerText']],
  ],
  names: [
    [Element, ['tagName', 'localName', 'id', 'className', 'classList']],
    [Node, ['nodeName']],
  ],
};

/** Records what scripts read of elements. */
function watch() {
  for (const what of /** @type {(keyof typeof READS)[]} */ (Object.keys(READS))) {
    for (const [{ prototype }, names] of READS[what]) for (const name of names) watchOne(prototype, name, what);
  }
}

/**
 * @param {object} prototype
 * @param {string} name
 * @param {keyof typeof READS} what
 */
function watchOne(prototype, name, what) {
  const property = Object.getOwnPropertyDescriptor(prototype, name);
  if (!property) throw new Error(`There is no ${name}`);
  const read = property.get ?? property.value;
  /** @this {Element} */
  function watched(...args) {
    if (!(what === 'attributes' && args[0] === 'class' && selectors.has(this))) noteRead(this, what);
    return read.apply(this, args);
  }
  Object.defineProperty(prototype, name, property.get ? { ...property, get: watched } : { ...property, value: watched });
}

/**
 * @param {Element} element
 * @param {keyof typeof READS} what
 */
function noteRead(element, what) {
  const [wrapped, selected] = [wrappers.get(element), selectors.get(element)];
  if (wrapped !== undefined) ask(wrapped, 'around');
  else if (element === document.documentElement || element === document.body) ask(element === document.body ? 'body' : 'html', what === 'names' ? 'attributes' : what);
  else if (selected !== undefined && what !== 'names') ask(selected, what);
}

/**
 * Returns the probe whose text a script has rendered as math, and whether it included delimiters.
 *
 * @param {unknown} math
 */
export function recognise(math) {
  const [token, number] = /prerender(\d+)/.exec(String(math)) ?? [];
  const probe = probes[Number(number)] ?? texts.get(String(math).trim());
  return probe && { probe, whole: Boolean(token) && String(math) !== token };
}

/**
 * Returns the probes of math in scripts that scripts have replaced by text with delimiters, and
 * whether as displays.
 *
 * @returns {[string, boolean][]}
 */
export function rewritten() {
  const text = textOf.call(document.documentElement);
  return probes.flatMap((probe, number) => {
    if (probe.selector !== 'script' || isConnected.call(elements.get(probe))) return [];
    const [, open] = new RegExp(`(\\$\\$?|\\\\[([])\\s*prerender${number}(?!\\d)`).exec(text) ?? [];
    return open ? [[`prerender${number}`, open === '$$' || open === '\\[']] : [];
  });
}

/**
 * Returns how much scripts have replaced: 0 the content of a probe's element, 1 that element, 2 its
 * parent, and so on.
 *
 * @param {Probe} probe
 */
export function replacedAbove(probe) {
  let count = 0;
  for (let element = elements.get(probe); element instanceof Element && !isConnected.call(element); element = parentOf.call(element)) count++;
  return count;
}
const isConnected = getterOf(Node.prototype, 'isConnected');
const textOf = getterOf(Node.prototype, 'textContent');
const parentOf = getterOf(Node.prototype, 'parentNode');

/**
 * Returns the selector by which a script found an element, or the element if it is a selector; "" for
 * the whole page, null for an element that is not the page's.
 *
 * @param {unknown} element
 */
export function selectorOf(element) {
  if (typeof element === 'string') return element;
  if (element === document || element === document.body || element === document.documentElement) return '';
  const known = /** @type {Element} */ (element);
  return selectors.get(known) ?? named.get(known) ?? null;
}
