/**
 * MathJax and its documents in, what of them has changed out: so that nothing a formula does outlives
 * its page. What is compared is all that can be reached, not what is known to change; what only MathJax's
 * own modules can reach is made the documents' own (own.js).
 */

/** @typedef {{object: any, where: string, names: string[], values: unknown[], entries: unknown[], count: number}} Kept */

/** What all code of the tab uses. */
const BUILT_IN = [Object, Array, String, Number, RegExp, Map, Set, Function, Promise, Math, JSON, Reflect];

/** All that is not of one document: MathJax's modules and tables, and what the language has. */
export class Shared {
  /** @type {Kept[]} */
  #kept = [];
  /** @type {Set<object>} */
  #seen = new Set();
  #packages = 0;

  /** Take what is there now for clean, if packages were loaded: before any formula. */
  take() {
    if (packages().size === this.#packages) return;
    this.#kept = [];
    this.#seen = new Set();
    this.#packages = packages().size;
    const { Macro, Token } = window.MathJax._.input.tex.Token;
    /** @type {[object: unknown, where: string, within?: boolean][]} */
    const waiting = [...roots()];
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      const [object, where, within] = next;
      if (!isObject(object) || this.#seen.has(object) || isCache(object)) continue;
      this.#seen.add(object);
      const held = read(object);
      // The entries of tables, which are most of it, cannot change any more: they need no comparison
      const entry = object instanceof Token || object instanceof Macro || (within && isData(object));
      if (entry) Object.freeze(object);
      else this.#kept.push({ object, where, ...held });
      for (const [index, name] of held.names.entries()) waiting.push([held.values[index], `${where}.${name}`, entry]);
      for (const one of held.entries) waiting.push([one, `${where}[]`]);
      waiting.push([Object.getPrototypeOf(object), `${where}.__proto__`]);
    }
  }

  /** @param {object} object */
  has(object) {
    return this.#seen.has(object);
  }

  /**
   * Where it is not as it was; null if it is. Packages that were loaded since may have added to it.
   *
   * @returns {string | null}
   */
  changed() {
    const grown = packages().size !== this.#packages;
    for (const kept of this.#kept) {
      const name = difference(kept, grown);
      if (name !== null) return `${kept.where}.${name}`;
    }
    this.take();
    return null;
  }
}

/**
 * All of a document that a formula may have changed, as a list that is equal for equal ones.
 *
 * @param {any} doc
 * @param {Shared} shared
 * @returns {unknown[]}
 */
export function stateOf(doc, shared) {
  const numbers = new Map();
  /** @type {unknown[]} */
  const told = [];
  const waiting = [doc.inputJax, doc.outputJax.options];
  const tell = (/** @type {unknown} */ value) => {
    if (!isObject(value) || shared.has(value) || isCache(value)) return told.push(value);
    if (!numbers.has(value)) {
      numbers.set(value, numbers.size);
      waiting.push(value);
    }
    return told.push(numbers.get(value));
  };
  waiting.forEach((object) => numbers.set(object, numbers.size));
  for (let object = waiting.pop(); object; object = waiting.pop()) {
    const { names, values, entries } = read(object);
    told.push(...names);
    values.forEach(tell);
    entries.forEach(tell);
  }
  return told;
}

/**
 * @param {unknown[]} one
 * @param {unknown[]} other
 */
export function isSame(one, other) {
  return one.length === other.length && one.every((value, index) => Object.is(value, other[index]));
}

/** @returns {Generator<[object: unknown, where: string]>} */
function* roots() {
  const { _, config, loader } = window.MathJax;
  yield* Object.entries({ _, config, loader }).map(([name, one]) => /** @type {[any, string]} */ ([one, name]));
  for (const one of BUILT_IN) yield [one, 'built-in'];
  const { ConfigurationHandler } = _.input.tex.Configuration;
  const { MapHandler } = _.input.tex.MapHandler;
  for (const name of ConfigurationHandler.keys()) {
    const configuration = ConfigurationHandler.get(name);
    yield [configuration, name];
    /** @type {string[][]} */
    const handlers = Object.values(configuration.handler);
    for (const map of handlers.flat()) yield [MapHandler.getMap(map), map];
  }
}

/** @returns {Map<string, unknown>} what has been loaded */
function packages() {
  return window.MathJax._.components.package.Package.packages;
}

/** @param {object} object  whether it only remembers what can be had again: fonts and their measures, files */
function isCache(object) {
  const { FontData } = window.MathJax._.output.common.FontData;
  const { Attributes } = window.MathJax._.core.MmlTree.Attributes;
  const { Package } = window.MathJax._.components.package;
  const { config, loader, startup } = window.MathJax;
  return (
    object instanceof FontData ||
    (typeof object === 'function' && (object === FontData || object.prototype instanceof FontData)) ||
    object === Attributes.merged ||
    object instanceof Package ||
    object instanceof Node ||
    object === window ||
    object === startup ||
    object === loader.nestedLoads ||
    object === config.loader ||
    object === packages()
  );
}

/**
 * @param {unknown} value
 * @returns {value is object}
 */
function isObject(value) {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

/**
 * What an object holds: its own values, and the entries of a map or set. Getters are not asked, but
 * for those of modules: what has some otherwise is a class, or made by one.
 *
 * @param {any} object
 */
function read(object) {
  const all = Object.getOwnPropertyNames(object);
  const names = typeof object === 'function' || Object.hasOwn(object, 'constructor') ? all.filter((name) => isValue(object, name)) : all;
  return { names, values: names.map((name) => object[name]), entries: entriesOf(object), count: all.length };
}

/** @param {object} object  whether it is a list, or names and values, and nothing else */
function isData(object) {
  const prototype = Object.getPrototypeOf(object);
  return prototype === Array.prototype || prototype === Object.prototype;
}

/**
 * @param {object} object
 * @param {string} name
 */
function isValue(object, name) {
  return 'value' in (Object.getOwnPropertyDescriptor(object, name) ?? {});
}

/**
 * @param {object} object
 * @returns {unknown[]}
 */
function entriesOf(object) {
  if (object instanceof Map) return [...object].flat();
  return object instanceof Set ? [...object] : [];
}

/**
 * The name of what an object has otherwise than it had; null if there is nothing.
 *
 * @param {Kept} kept
 * @param {boolean} grown  whether more may be there
 * @returns {string | null}
 */
function difference({ object, names, values, entries, count }, grown) {
  for (let index = 0; index < names.length; index++) {
    if (object[names[index]] !== values[index] && !Number.isNaN(values[index])) return names[index];
  }
  const now = entriesOf(object);
  if (entries.some((entry, index) => now[index] !== entry)) return 'entries';
  const more = now.length !== entries.length || Object.getOwnPropertyNames(object).length !== count;
  return more && !grown ? 'names' : null;
}
