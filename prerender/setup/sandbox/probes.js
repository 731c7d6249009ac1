/**
 * Elements that stand for a page's: whatever a script looks for is there, with text that is known
 * again when the script takes it for math.
 */

const { getElementById } = Document.prototype;

/** Ways of writing a formula in an element: without delimiters, and with each of the usual ones. */
const DELIMITERS = [['', ''], ['\\(', '\\)'], ['\\[', '\\]'], ['$', '$'], ['$$', '$$']];
const STYLES = ['', 'inline', 'display'];
/** The last part of a selector, where it is a tag or none and classes. */
const COMPOUND = /^(?:.*[\s>+~])?([a-z][\w-]*)?((?:\.[\w-]+)+)$/i;

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
const planted = new Set();

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
 * Elements for a selector that nothing in the page matches.
 *
 * @param {string} selector
 * @returns {string} the same without what was not understood; empty: nothing planted
 */
function plant(selector) {
  const [, only = '', names = ''] = COMPOUND.exec(selector.trim()) ?? [];
  const compound = `${only.toLowerCase()}${names}`;
  if (!names || planted.size > 50 || planted.has(compound)) return names && compound;
  planted.add(compound);
  for (const tag of only ? [only.toLowerCase()] : ['span', 'div']) {
    for (const style of STYLES) {
      for (const [open, close] of DELIMITERS) {
        const classes = `${names.slice(1).replaceAll('.', ' ')} ${style}`.trim();
        plantOne(tag, { selector: compound, tag, style, open, close }, { class: classes });
      }
    }
  }
  return compound;
}

/** Lets the page's scripts find probes where they would find nothing. */
export function plantOnDemand() {
  for (const { prototype } of [Document, Element]) {
    const { querySelectorAll, getElementsByClassName } = prototype;
    const all = (selector) => {
      const real = querySelectorAll.call(document, selector);
      if (real.length) return real;
      const compounds = String(selector).split(',').map(plant).filter(Boolean);
      return compounds.length ? querySelectorAll.call(document, compounds.join()) : real;
    };
    prototype.querySelectorAll = all;
    prototype.querySelector = (selector) => all(selector)[0] ?? null;
    prototype.getElementsByClassName = function getByClass(names) {
      plant(`.${String(names).trim().replace(/\s+/g, '.')}`);
      return getElementsByClassName.call(this, names);
    };
  }
  Document.prototype.getElementById = function getById(id) {
    const real = getElementById.call(this, id);
    if (real || !/^[\w-]+$/.test(id)) return real;
    const element = document.createElement('div');
    element.id = id;
    selectors.set(element, `#${id}`);
    document.body.append(element);
    return element;
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
 * The selector by which a script came to an element; "" for the whole page.
 *
 * @param {unknown} element
 */
export function selectorOf(element) {
  return (element instanceof Element && selectors.get(element)) || '';
}
