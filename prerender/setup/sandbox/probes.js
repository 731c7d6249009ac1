/**
 * Elements that stand for a page's: whatever a script looks for is there, with text that is known
 * again when the script takes it for math.
 */

const { getElementById } = Document.prototype;

/** Ways of writing a formula in an element: without delimiters, and with each of the usual ones. */
const DELIMITERS = [['', ''], ['\\(', '\\)'], ['\\[', '\\]'], ['$', '$'], ['$$', '$$']];
const STYLES = ['', 'inline', 'display'];
/** The last part of a selector: a tag or none, an id or none, classes. */
const COMPOUND = /^(?:.*[\s>+~])?([a-z][\w-]*)?(#[\w-]+)?((?:\.[\w-]+)*)$/i;
const NUMBER = 'data-prerender-probe';

/**
 * @typedef {object} Probe
 * @property {string} selector  what the script asked for; "script" for `<script type="math/tex">`
 * @property {string} tag
 * @property {string} style  the class that it has besides: "", "inline" or "display"
 * @property {string} open
 * @property {string} close
 */

/** @type {Probe[]} */
const probes = [];
/** @type {WeakMap<Element, string>} */
const selectors = new WeakMap();
/** @type {Map<string, number>} by selectors, the number of their elements */
const planted = new Map();

/**
 * @param {string} tag
 * @param {Probe} probe
 * @param {Record<string, string>} attributes
 */
function plantOne(tag, probe, attributes) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.textContent = `${probe.open}prerender${probes.push(probe) - 1}${probe.close}`;
  selectors.set(element, probe.selector);
  document.body.append(element);
}

/** Math in scripts, as MathJax 2's preprocessors leave it. */
export function plantScripts() {
  for (const style of ['', 'display']) {
    const probe = { selector: 'script', tag: 'script', style, open: '', close: '' };
    plantOne('script', probe, { type: style ? 'math/tex; mode=display' : 'math/tex' });
  }
}

/**
 * Elements for a selector without commas that nothing in the page matches.
 *
 * @param {string} selector
 * @returns {string} the selector that finds them; empty: nothing planted
 */
function plant(selector) {
  const [, tag = '', id = '', names = ''] = COMPOUND.exec(selector) ?? [];
  if (!tag && !id && !names) return '';
  const number = planted.get(selector) ?? planted.size;
  if (!planted.has(selector) && number < 50) {
    planted.set(selector, number);
    const tags = tag ? [tag.toLowerCase()] : id ? ['div'] : ['span', 'div'];
    for (const name of tags) plantAll(name, selector, id.slice(1), names.slice(1).replaceAll('.', ' '));
  }
  return `[${NUMBER}="${number}"]`;
}

/** One element in each way of writing a formula; of an id there is but one. */
function plantAll(tag, selector, id, classes) {
  const attributes = { [NUMBER]: planted.get(selector), ...(id && { id }) };
  for (const style of id ? [''] : STYLES) {
    for (const [open, close] of id ? DELIMITERS.slice(0, 1) : DELIMITERS) {
      plantOne(tag, { selector, tag, style, open, close }, { ...attributes, class: `${classes} ${style}`.trim() });
    }
  }
}

/** The parts of a list of selectors. */
const parts = (selector) => String(selector).split(',').map((part) => part.trim().replace(/\s+/g, ' '));

/** Lets the page's scripts find probes where they would find nothing. */
export function plantOnDemand() {
  for (const { prototype } of [Document, Element]) {
    const { querySelectorAll, getElementsByClassName } = prototype;
    const all = (within, selector) => {
      const real = querySelectorAll.call(document, selector);
      const isOwn = (element) => !selectors.has(element) || element.localName === 'script';
      if ([...real].some(isOwn)) return real;
      const around = selectors.get(within);
      const probing = parts(selector).map((part) => plant(around ? `${around} ${part}` : part)).filter(Boolean);
      return probing.length ? querySelectorAll.call(document, probing.join()) : real;
    };
    prototype.querySelectorAll = function queryAll(selector) {
      return all(this, selector);
    };
    prototype.querySelector = function query(selector) {
      return all(this, selector)[0] ?? null;
    };
    prototype.getElementsByClassName = function getByClass(names) {
      plant(`.${String(names).trim().replace(/\s+/g, '.')}`);
      return getElementsByClassName.call(this, names);
    };
  }
  Document.prototype.getElementById = function getById(id) {
    const real = getElementById.call(this, id);
    if (real || !/^[\w-]+$/.test(id)) return real;
    return plant(`#${id}`) && getElementById.call(this, id);
  };
}

/**
 * The probe whose text a script took for math, and whether it took the delimiters along.
 *
 * @param {unknown} math
 */
export function recognise(math) {
  const [token, number] = /prerender(\d+)/.exec(String(math)) ?? [];
  const probe = probes[Number(number)];
  return probe && { ...probe, whole: String(math) !== token };
}

/**
 * The selector by which a script came to an element, or which the element is itself; "" for the whole
 * page, null for an element that is none of the page's.
 *
 * @param {unknown} element
 */
export function selectorOf(element) {
  if (typeof element === 'string') return element;
  if ([document, document.body, document.documentElement].includes(element)) return '';
  return selectors.get(element) ?? null;
}
