/**
 * Stubs of MathJax, KaTeX, require.js and jQuery: they accept configurations and calls, and only
 * record them.
 */

/**
 * @typedef {(...args: any[]) => unknown} Callback
 *
 * @typedef {object} Page  the functions that stubs report to
 * @property {Callback} call  calls a callback of the page
 * @property {(path: string, given: unknown[]) => void} note  records a call that has no effect
 * @property {(callback: () => void) => void} soon  schedules a callback
 * @property {(elements?: unknown) => void} typeset  records elements that MathJax is to typeset
 */

/** All recording proxies; they are not part of any configuration. */
export const recordingProxies = new WeakSet();

/**
 * Returns a proxy that has every property, can be called and constructed, and returns such proxies.
 *
 * @param {string} path  the path of the object that it replaces
 * @param {(path: string, given: unknown[]) => void} note  records every call
 * @returns {any}
 */
export function recordingProxy(path, note) {
  const proxy = new Proxy(function recorder() {}, {
    get(_target, key) {
      if (key === Symbol.toPrimitive) return () => '';
      if (key === Symbol.iterator) return () => [][Symbol.iterator]();
      return typeof key === 'symbol' ? undefined : recordingProxy(`${path}.${key}`, note);
    },
    set(_target, key, value) {
      if (typeof value === 'function') note(`${path}.${String(key)}=`, []);
      return true;
    },
    apply(_target, _self, given) {
      note(path, given);
      return proxy;
    },
    construct(_target, given) {
      note(path, given);
      return proxy;
    },
  });
  recordingProxies.add(proxy);
  return proxy;
}

/**
 * Returns `known` with a recording proxy for every other property.
 *
 * @param {string} path
 * @param {Record<string, any>} known
 * @param {Page['note']} note
 * @returns {any}
 */
export function backed(path, known, note) {
  const proxy = new Proxy(known, {
    get(target, key) {
      if (key in target || typeof key === 'symbol') return Reflect.get(target, key);
      return recordingProxy(`${path}.${key}`, note);
    },
  });
  recordingProxies.add(proxy);
  return proxy;
}

/** @type {(value: unknown) => value is Record<string, any>} */
const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Works like MathJax 2's Hub.Insert: objects are merged, all else is replaced.
 *
 * @param {Record<string, any>} into
 * @param {unknown} from
 */
export function insert(into, from) {
  if (!isObject(from)) return;
  for (const key of Object.keys(from)) {
    if (isObject(into[key]) && isObject(from[key])) insert(into[key], from[key]);
    else Object.defineProperty(into, key, { value: from[key], writable: true, enumerable: true, configurable: true });
  }
}

/**
 * Makes a stub of MathJax 2 in the state after MathJax.js has run.
 *
 * @param {unknown} author  what `window.MathJax` was before
 * @param {Page} page
 */
export function makeHub(author, { call, note, typeset }) {
  /** @type {Record<string, any>} */
  const config = {};
  /** @type {Record<string, any>} */
  const definitions = { macros: {} };
  /** @type {unknown[]} */
  const hooks = [];

  /** Runs a MathJax 2 callback: a function, or [function or name, object, arguments...]. */
  function run(callback) {
    if (typeof callback === 'function') return call(callback);
    if (!Array.isArray(callback)) return undefined;
    const [first, ...rest] = callback;
    if (typeof first === 'function') return call(() => first(...rest));
    const [object, ...args] = rest;
    return call(() => object[first](...args));
  }
  const later = (_name, callback) => hooks.push(callback);
  const typesetById = (elements) => {
    typeset([elements ?? ''].flat().map((element) => (typeof element === 'string' && element ? `#${element}` : element)));
  };
  const queue = (...callbacks) => callbacks.forEach(run);

  const TeX = {
    Macro(name, text, count, optional) {
      definitions.macros[name] = ['Macro', text, count, optional];
    },
    Definitions: backed('TeX.Definitions', Object.assign(definitions, { Add: (more) => insert(definitions, more) }), note),
  };
  const Hub = {
    config,
    Config: (more) => insert(config, more),
    CombineConfig: (name, defaults) => {
      insert(config, { [name]: { ...defaults, ...config[name] } });
      return config[name];
    },
    Insert: (into, from) => (insert(into, from), into),
    Queue: queue,
    Configured() {},
    Typeset: (elements, then) => (typesetById(elements), then && run(then)),
    Process: (elements, then) => (typesetById(elements), then && run(then)),
    getAllJax: () => [],
    Register: backed('Hub.Register', { StartupHook: later, LoadHook: later }, note),
  };
  const Callback = Object.assign((callback) => () => run(callback), { Queue: queue });
  /** @type {Callback[]} */
  const filters = [];
  const postfilterHooks = { Add: (filter) => void filters.push(filter) };
  const AsciiMath = backed('AsciiMath', { postfilterHooks }, note);
  window.MathJax = backed('MathJax', {
    Hub: backed('Hub', Hub, note),
    InputJax: backed('InputJax', { TeX: backed('TeX', TeX, note), AsciiMath }, note),
    Callback,
    version: '2.7.9',
    isReady: true,
  }, note);
  insert(config, author);
  if (isObject(author) && typeof author.AuthorInit === 'function') call(author.AuthorInit);

  return {
    runHooks() {
      for (let i = 0; i < hooks.length && i < 1000; i++) run(hooks[i]);
    },
    result: () => ({
      config,
      macros: { ...definitions.macros },
      others: others(definitions),
      displays: filters.flatMap((filter) => {
        const places = displaysOf(filter, call);
        if (!places.length) note('AsciiMath.postfilterHooks.Add', []);
        return places;
      }),
    }),
  };
}

/** Returns the names in MathJax 2's other tables: of symbols, delimiters, environments. */
function others(definitions) {
  const tables = Object.entries(definitions).filter(([name, table]) => name !== 'macros' && isObject(table));
  return tables.flatMap(([, table]) => Object.keys(table));
}

/**
 * Finds where a filter of MathJax 2 makes formulas displays, by calling it with each class that it
 * looks for in their ancestors.
 *
 * @param {Callback} filter
 * @param {Callback} call
 * @returns {string[]} selectors of the elements that contain such formulas
 */
function displaysOf(filter, call) {
  const shown = (has) => {
    const math = { root: { display: 'inline' } };
    /** @type {object | null} */
    const nobody = null;
    const parentNode = [4, 3, 2, 1].reduce((above, level) => ({ parentNode: above, parentElement: above, classList: { contains: (name) => has(level, name) } }), nobody);
    call(() => filter({ math, script: { parentNode, parentElement: parentNode } }));
    return math.root.display === 'block';
  };
  /** @type {Map<string, [number, string]>} */
  const looked = new Map();
  if (shown((level, name) => (looked.set(`${level} ${name}`, [level, String(name)]), false))) return ['*'];
  const places = [...looked.values()].filter(([depth, wanted]) => shown((level, name) => level === depth && name === wanted));
  return places.map(([level, name]) => [`.${name}`, ...Array(level - 1).fill('*')].join(' > '));
}

/**
 * Makes a stub of MathJax 3 or 4 in the state after its component has run; runs the start-up hooks
 * and the render actions of the configuration.
 *
 * @param {unknown} author  what `window.MathJax` was before
 * @param {Page} page
 * @param {(math: unknown, display: unknown) => void} found  records math that a render action finds
 */
export function makeMathJax(author, { call, note, soon, typeset }, found) {
  const config = isObject(author) ? author : {};
  const hooks = isObject(config.startup) ? config.startup : {};
  const settled = Promise.resolve();
  const typesetNow = (elements) => (typeset(elements), settled);
  let isReady = false;
  const defaultPageReady = () => (hooks.typeset ?? true ? typesetNow() : settled);
  const pageReady = () => (typeof hooks.pageReady === 'function' ? hooks.pageReady() : defaultPageReady());
  const defaultReady = () => {
    if (!isReady) soon(() => attempt(pageReady, typeset));
    isReady = true;
  };
  /** Runs an action; if it fails here, the default happens, so that the page is still typeset. */
  const attempt = (action, otherwise) => {
    let ended = false;
    call(() => {
      action();
      ended = true;
    });
    if (!ended) otherwise();
  };
  const startup = backed('startup', { promise: settled, getComponents() {}, defaultReady, defaultPageReady }, note);
  const known = { version: '4.0.0', config, startup, typeset, typesetPromise: typesetNow };
  window.MathJax = backed('MathJax', known, note);
  attempt(() => (typeof hooks.ready === 'function' ? hooks.ready() : defaultReady()), defaultReady);
  const actions = isObject(config.options) && config.options.renderActions;
  if (!isObject(actions)) return;
  const doc = makeDocument(note, found);
  for (const action of Object.values(actions)) {
    const step = Array.isArray(action) ? action[1] : null;
    if (typeof step === 'function') call(() => step(doc));
  }
}

/** Makes a stub of the document that render actions receive. */
function makeDocument(note, found) {
  class MathItem {
    constructor(math, _jax, display = true) {
      found(math, display);
    }
  }
  const inputJax = ['TeX', 'MathML', 'AsciiMath'].map((name) => backed('inputJax', { name }, note));
  const math = Object.assign([], { toArray: () => [], insert() {} });
  return backed('document', { options: backed('options', { MathItem }, note), inputJax, math }, note);
}

/**
 * @param {(math: unknown, display: boolean, options: unknown) => void} found
 * @param {(element: unknown, options: unknown) => void} searched
 * @param {Record<string, unknown>} macros
 */
export function makeKatex(found, searched, macros) {
  class ParseError extends Error {}
  const render = (math, _element, options) => found(math, Boolean(options?.displayMode), options);
  return {
    katex: {
      version: '0.16.0',
      ParseError,
      render,
      renderToString: (math, options) => (render(math, null, options), ''),
      __defineMacro: (name, text) => (macros[name] = text),
    },
    renderMathInElement(element, options) {
      if (!element) throw new Error('No element provided to render');
      searched(element, options);
    },
  };
}

/**
 * Makes a stub of require.js that has every module at once.
 *
 * @param {(name: string, path: string) => unknown} resolve  a module by its name and configured path
 * @param {(callback: () => void) => void} later
 * @param {Callback} call
 */
export function makeRequire(resolve, later, call) {
  /** @type {Record<string, any>} */
  const paths = {};
  const config = (options) => insert(paths, options?.paths);
  const get = (name) => resolve(String(name), String([paths[name] ?? name].flat()[0]));
  const run = (names, callback) => later(() => call(() => callback?.(...names.map(get))));
  const require = (first, ...rest) => {
    if (typeof first === 'string') return get(first);
    if (!Array.isArray(first)) config(first);
    const names = Array.isArray(first) ? first : rest.shift();
    return Array.isArray(names) ? run(names, rest[0]) : undefined;
  };
  const define = (...args) => {
    const factory = args.pop();
    if (typeof factory === 'function') run(args.findLast(Array.isArray) ?? [], factory);
  };
  return { require: Object.assign(require, { config }), define: Object.assign(define, { amd: {} }) };
}

/**
 * Makes a stub of jQuery with the part that pages use around math.
 *
 * @param {(callback: Callback) => void} whenReady
 * @param {(type: string, callback: Callback) => void} listen
 * @param {Page['note']} note
 */
export function makeJQuery(whenReady, listen, note) {
  const elementsOf = (what) => {
    if (typeof what !== 'string') return what ? [what].flat() : [];
    return what.startsWith('<') ? [] : [...document.querySelectorAll(what)];
  };
  const $ = (what) => {
    if (typeof what === 'function') return whenReady(() => what($));
    const elements = elementsOf(what);
    const self = backed('jQuery', {
      ...elements,
      length: elements.length,
      each(callback) {
        elements.forEach((element, index) => callback.call(element, index, element));
        return self;
      },
      get: (index) => (index === undefined ? elements : elements[index]),
      text: (...set) => (set.length ? self : elements.map((element) => element.textContent).join('')),
      html: (...set) => (set.length ? self : elements[0]?.innerHTML),
      attr: (name, ...set) => (set.length || typeof name !== 'string' ? self : elements[0]?.getAttribute(name) ?? undefined),
      data: (name, ...set) => (set.length || typeof name !== 'string' ? self : elements[0]?.dataset[name]),
      find: (selector) => $(elements.flatMap((element) => [...element.querySelectorAll(selector)])),
      closest: (selector) => $(elements.map((element) => element.closest(selector)).filter(Boolean)),
      parent: () => $(elements.map((element) => element.parentElement).filter(Boolean)),
      is: (selector) => elements.some((element) => element.matches(selector)),
      hasClass: (name) => elements.some((element) => element.classList?.contains(name)),
      ready: (callback) => (whenReady(() => callback($)), self),
      load: (callback) => (typeof callback === 'function' && whenReady(callback), self),
      on(types, callback) {
        for (const type of String(types).split(' ')) {
          if (['ready', 'load', 'DOMContentLoaded'].includes(type)) whenReady(callback);
          else if (typeof callback === 'function') listen(type.split('.')[0], callback);
        }
        return self;
      },
    }, note);
    return self;
  };
  /** Inserts a script, which is loaded like those of the page. */
  const getScript = (src, then) => {
    const script = document.createElement('script');
    const done = new Promise((resolve) => {
      script.onload = resolve;
    });
    script.setAttribute('src', src);
    document.head.append(script);
    const request = { then: (...callbacks) => done.then(...callbacks) };
    for (const name of ['done', 'always', 'success', 'complete']) request[name] = (callback) => (done.then(() => callback?.()), request);
    for (const name of ['fail', 'error']) request[name] = () => request;
    return request.done(then);
  };
  const ajax = (first, options = first) => {
    const { url = first, dataType, success, complete } = options;
    return dataType === 'script' ? getScript(String(url), () => (success?.(), complete?.())) : recordingProxy('jQuery.ajax', note);
  };
  return Object.assign($, { fn: recordingProxy('jQuery.fn', note), getScript, ajax, ready: (callback) => whenReady(() => callback($)) });
}
