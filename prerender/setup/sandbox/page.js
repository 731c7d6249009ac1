/**
 * Runs a page's math scripts in an empty document; returns what they ask of MathJax or KaTeX, and
 * what they look for in their page that was not in the request: elements, files, names.
 *
 * They run in the order of a browser: while the page is parsed, deferred, when it is ready, when it is
 * loaded, when the reader navigates or scrolls. The exported functions are called in turn from
 * outside, each with a time limit; promises are settled in between.
 */

import { plantOnDemand, plantOwn, plantScripts, recognise, replacedAbove, rewritten, selectorOf, wanted } from './probes.js';
import { Problem, serialise } from './serialise.js';
import { makeReveal } from './reveal.js';
import { makeHub, makeJQuery, makeKatex, makeMathJax, makeRequire, recordingProxy, recordingProxies } from './stubs.js';

/**
 * @typedef {object} Step
 * @property {number} script  its index in the page
 * @property {'run' | 'load'} does  run a text, or act as a loader
 * @property {string} what  the text, or which loader: mathjax2, mathjax, katex
 * @property {'classic' | 'module' | 'config'} [type]
 * @property {boolean} deferred
 * @property {boolean} own  written in the page itself
 * @property {[string, string][]} attrs  of its element
 *
 * @typedef {object} Request
 * @property {Step[]} steps
 * @property {Record<string, string>} loaders  regular expressions for the URLs of loaders
 * @property {boolean} amd  whether the page has require.js
 * @property {boolean} deck  whether the page has reveal.js
 * @property {number} limit  seconds for a step
 * @property {import('./probes.js').Planted[]} planted  the page's own elements
 * @property {[string, string][]} files  the site's own files, by URL
 * @property {string[]} names  names that nothing readable defines
 * @property {string[]} absent  selectors that match no element of the page
 */

const LIMIT = 1_000_000;
const { defineProperty, freeze, getOwnPropertyNames } = Object;
const { parse, stringify } = JSON;
const clock = performance.now.bind(performance);
const inherited = getOwnPropertyNames(Object.prototype).length;
const READY = ['readystatechange', 'DOMContentLoaded', 'turbolinks:load', 'turbo:load', 'page:loaded', 'astro:page-load', 'exdoc:loaded'];
const LOADED = ['readystatechange', 'load', 'pageshow'];
/** Events that themes and their libraries fire when a reader navigates or scrolls. */
const VISITED = [
  'pjax:success', 'pjax:complete', 'pjax:end', 'turbo:render', 'turbo:frame-load', 'page:load', 'page:change',
  'swup:contentReplaced', 'swup:pageView', 'swup:transitionEnd', 'swup:content:replace', 'swup:page:view', 'swup:visit:end',
  'astro:after-swap', 'htmx:load', 'htmx:afterSwap', 'htmx:afterSettle', 'livewire:load', 'livewire:navigated',
  'scroll', 'wheel', 'touchstart', 'touchmove', 'mousemove', 'pointermove', 'mouseover',
];
const HELD = new Set([...READY, ...LOADED, ...VISITED]);
/** Names that an unreadable script may define for others: KaTeX, in a bundle. */
const KATEX = ['katex', 'renderMathInElement'];
const MENTIONS = /mathjax|katex|renderMathInElement/i;
const EXECUTABLE = /^\s*(?:(?:text|application)\/(?:x-)?(?:java|ecma)script)?\s*$/i;

/** @type {Record<string, string>} parts of the answer, as JSON texts */
const result = {};
/** @type {{script: number, message: string}[]} */
const errors = [];
/** @type {Map<string, unknown[]>} calls without effect, and their arguments: texts, names in objects */
const notes = new Map();
/** @type {string[]} */
const found = [];
/** @type {import('./probes.js').Probe[]} the probe of each */
const foundIn = [];
/** @type {string[]} */
const searched = [];
/** @type {string[]} */
const typesets = [];
/** @type {string[]} */
const loaded = [];
/** @type {string[]} */
const katexLoaded = [];
/** @type {Record<string, unknown>} */
const katexMacros = {};
/** @type {Map<string, Callback[]>} */
const listeners = new Map();
/** @type {WeakMap<Element, Callback[]>} */
const onLoad = new WeakMap();
/** @type {WeakSet<Element>} scripts that have been run or examined */
const handled = new WeakSet();
/** @type {Set<string>} files of the site that scripts have requested */
const files = new Set();
/** @type {Set<string>} undefined names that math code has used */
const names = new Set();
/** @type {Set<string>} undefined names of code that may not concern math */
const others = new Set();
/** @type {Map<string, {exports: object, done?: Promise<unknown>}>} the site's own modules */
const modules = new Map();
/** @type {{delay: number, script: number, callback: () => void}[]} */
const timers = [];

/** @typedef {(...args: any[]) => unknown} Callback */
/** @type {Request} */
let request;
/** @type {ReturnType<typeof makeHub> | null} */
let hub = null;
/** @type {Step[]} configuration blocks of MathJax 2, until it is loaded */
let blocks = [];
/** @type {HTMLScriptElement[]} scripts that scripts have written into the page and that have not run */
const written = [];
/** @type {Problem | null} */
let problem = null;
let current = -1;
let own = false;
let begun = 0;

const json = (value) => serialise(value, LIMIT, recordingProxies);
const note = (path, given = []) => {
  if (notes.size >= 200) return;
  const recorded = given.map((value) => (typeof value === 'object' && value ? Object.keys(value) : typeof value === 'string' ? value : null));
  notes.set(stringify([path, recorded]), [path, recorded]);
};
const page = { call, note, soon, typeset };

/**
 * Calls a callback of the page and records what it throws.
 *
 * @param {Callback} callback
 */
function call(callback) {
  try {
    return callback();
  } catch (error) {
    if (error instanceof Problem) throw error;
    complain(error, MENTIONS.test(String(callback)));
    return undefined;
  }
}

/**
 * @param {any} error
 * @param {boolean} [about]  whether the code that failed is known to concern math
 */
function complain(error, about = true) {
  const [, name] = /^(\S+) is not defined$/.exec(error?.message ?? '') ?? [];
  const list = about ? names : others;
  if (error instanceof ReferenceError && name && list.size < 50) list.add(name);
  if (errors.length < 50) errors.push({ script: current, message: `${error?.name}: ${error?.message}`.slice(0, 300) });
}

/**
 * @param {string} message
 * @returns {never}
 */
function refuse(message) {
  problem ??= new Problem(message);
  throw problem;
}

/**
 * Sets up the document for the page's scripts; called first.
 *
 * @param {typeof request} given
 */
export function prepare(given) {
  request = given;
  plantScripts();
  plantOwn(request.planted);
  plantOnDemand(request.absent);
  for (const script of document.scripts) handled.add(script);
  stayHere();
  refuseRequests();
  holdEvents();
  holdTimers();
  catchWrites();
  seeAll();
  const $ = makeJQuery(whenReady, (type, callback) => HELD.has(type) && listen(type, callback), note);
  const document$ = { subscribe: (callback) => whenReady(() => callback(document)) };
  Object.assign(window, { $, jQuery: $, document$ });
  if (request.deck) Object.assign(window, makeReveal({ call, soon, load: (which, src) => load(which, json({ src })) }));
  for (const name of request.names) if (!KATEX.includes(name)) window[name] ??= recordingProxy(name, note);
  const hasKatex = ({ what, does }) => does === 'load' && what === 'katex';
  if (request.steps.some(hasKatex) || request.names.some((name) => KATEX.includes(name))) loadKatex();
  if (request.amd) {
    const { require, define } = makeRequire(requireModule, soon, call);
    Object.assign(window, { require, requirejs: require, define });
  }
  window.addEventListener('error', ({ error, message }) => complain(error ?? { name: 'Error', message }));
  window.addEventListener('unhandledrejection', ({ reason }) => complain(reason));
  const steps = { run, ready, complete, visit, settle, begin, finish };
  for (const name of Object.keys(steps)) steps[name] = timed(steps[name]);
  defineProperty(window, 'prerenderSetup', { value: freeze(steps) });
}

/**
 * Wraps a step to measure its time, promises included: a promise callback that is terminated from
 * outside leaves no other trace.
 *
 * @param {() => unknown} step
 */
function timed(step) {
  return () => {
    check();
    begun = clock();
    afterwards.port2.postMessage(null);
    return step();
  };
}

const afterwards = new MessageChannel();
afterwards.port1.onmessage = () => {
  if (clock() - begun >= 1000 * request.limit) problem ??= new Problem(`the page's configuration runs for more than ${request.limit} s`);
};

/** Parsing: runs scripts in order, then deferred scripts. */
export function run() {
  blocks = request.steps.filter(({ type }) => type === 'config');
  const scripts = request.steps.filter(({ type }) => type !== 'config');
  for (const deferred of [false, true]) {
    for (const step of scripts) if (step.deferred === deferred) take(step);
  }
  return check();
}

/** The document is ready (DOMContentLoaded). */
export function ready() {
  loadInjected();
  return reach('interactive', READY);
}

/** The page is loaded (load). */
export function complete() {
  if (typeof window.onload === 'function') listen(LOADED[0], window.onload);
  return reach('complete', LOADED);
}

/** Fires the events of a reader who navigates and scrolls. */
export function visit() {
  VISITED.forEach(fire);
  return settle();
}

/**
 * @param {'interactive' | 'complete'} state
 * @param {string[]} events
 */
function reach(state, events) {
  defineProperty(document, 'readyState', { value: state, configurable: true });
  events.forEach(fire);
  return settle();
}

/**
 * Runs timers and loads scripts that scripts have added.
 *
 * @returns {boolean} whether a script was loaded, which may add others
 */
export function settle() {
  runTimers();
  const more = loadInjected();
  check();
  return more;
}

/** Starts MathJax 2. */
export function begin() {
  if (blocks.length && !loaded.length) hub ??= makeHub(window.MathJax, page);
  configure();
  hub?.runHooks();
  return settle();
}

/**
 * @returns {string} JSON
 */
export function finish() {
  check();
  for (const [math, display] of rewritten()) findMath(math, display);
  if (hub) result.hub = json(hub.result());
  else if (!result.mathjax && !loaded.length) result.mathjax = json(window.MathJax);
  const nothing = !(found.length || searched.length || typesets.length || loaded.length);
  const asks = { elements: wanted(), files: [...files], names: [...names, ...(nothing ? others : [])] };
  let text = `"asked":${json(asks)},"replaced":[${foundIn.map(replacedAbove)}],"found":[${found}],"searched":[${searched}],"typesets":[${typesets}],"loaded":[${loaded}],"katexLoaded":[${katexLoaded}]`;
  text += `,"errors":${json(errors)},"notes":${json([...notes.values()])},"katexMacros":${json(katexMacros)}`;
  for (const name of ['hub', 'mathjax']) text += `,"${name}":${result[name] ?? 'null'}`;
  return `{${text}}`;
}

/** Throws what was refused before, even if the page's script has caught it. */
function check() {
  if (problem) throw problem;
  if (getOwnPropertyNames(Object.prototype).length !== inherited) refuse('a script of the page changes Object.prototype');
  if (JSON.stringify !== stringify || JSON.parse !== parse) refuse('a script of the page changes JSON');
}

/** @param {Step} step */
function take(step) {
  current = step.script;
  own = step.own;
  if (step.does === 'load') load(step.what, `{"script":${step.script}}`);
  else runText(step.what, step.type, step.attrs);
  for (let script = written.shift(); script; script = written.shift()) takeWritten(script);
  own = false;
}

/** Runs the configuration blocks of MathJax 2 once it is loaded. */
function configure() {
  for (let block = hub && blocks.shift(); block; block = hub && blocks.shift()) take(block);
}

/**
 * @param {string} text
 * @param {Step['type']} type
 * @param {Step['attrs']} [attrs]
 */
function runText(text, type, attrs = []) {
  const script = document.createElement('script');
  handled.add(script);
  for (const [name, value] of attrs) {
    if (name === 'src') defineProperty(script, 'src', { value: new URL(value, document.baseURI).href });
    else script.setAttribute(name, value);
  }
  const src = attrs.find(([name]) => name === 'src')?.[1] ?? '';
  script.text = type === 'module' ? `(${asModule(text, src)})({})` : withoutImports(text, src);
  document.head.append(script);
}

/**
 * Turns a module into a function that takes its exports object; imports go through importModule.
 *
 * @param {string} text
 * @param {string} src  its URL, the base of those in it
 */
function asModule(text, src) {
  const out = [];
  const exported = (_, declared, name) => (out.push([name, name]), `${declared} ${name}`);
  const listed = (_, list) => {
    for (const binding of list.split(',').map((part) => part.trim()).filter(Boolean)) {
      const [name, as = name] = binding.split(/\s+as\s+/);
      out.push([as, name]);
    }
    return '';
  };
  const body = withoutImports(text, src)
    .replace(/^\s*export\s+default\s+/gm, 'exportsPrerendered.default = ')
    .replace(/^\s*export\s+((?:async\s+)?function\s*\*?|class|const|let|var)\s+([\w$]+)/gm, exported)
    .replace(/^\s*export\s*\{([^}]*)\}(?!\s*from)\s*;?/gm, listed);
  const given = out.map(([as, name]) => `${stringify(as)}: ${name}`).join(', ');
  return `async (exportsPrerendered) => {'use strict';${body}\nreturn Object.assign(exportsPrerendered, {${given}});}`;
}

/** Replaces the imports of a script by calls of importModule. */
function withoutImports(text, src) {
  const from = stringify(src);
  const clauses = (clause, path) => {
    const [, name, all, list] = /^\s*([\w$]+)?\s*,?\s*(?:\*\s*as\s+([\w$]+))?\s*(\{[^}]*\})?\s*$/.exec(clause) ?? [];
    const parts = [name && `default: ${name}`, list?.trim().slice(1, -1).replace(/\bas\b/g, ':')].filter(Boolean);
    const module = `exportsOfPrerendered(${from}, ${path})`;
    return [all && `const ${all} = ${module};`, parts.length && `const {${parts.join(', ')}} = ${module};`].filter(Boolean).join(' ');
  };
  return text
    .replace(/^\s*import\s+([^'"();]+?)\s+from\s*(['"][^'"]*['"])/gm, (_, clause, path) => clauses(clause, path))
    .replace(/^\s*import\s*(['"][^'"]*['"])/gm, (_, path) => `exportsOfPrerendered(${from}, ${path})`)
    .replace(/(?<![\w$.])import\s*\(/g, () => `importPrerendered(${from}, `);
}
defineProperty(window, 'exportsOfPrerendered', { value: (from, name) => importModule(from, name).exports });
defineProperty(window, 'importPrerendered', {
  value: async (from, name) => {
    const { exports, done } = importModule(from, name);
    await done;
    return exports;
  },
});

/**
 * Imports a module: our stubs for KaTeX and MathJax, a module of the site is run, any other is a
 * recording proxy. Returns its exports, and a promise for them.
 *
 * @param {string} from  the URL of the importing module
 * @param {unknown} name
 * @returns {{exports: object, done?: Promise<unknown>}}
 */
function importModule(from, name) {
  const specifier = String(name);
  const path = /^\.\.?\//.test(specifier) ? `${from.slice(0, from.lastIndexOf('/') + 1)}${specifier}` : specifier;
  if (request.deck && /reveal(?:\.esm)?\.m?js$/.test(path)) return { exports: { default: window.Reveal } };
  const which = whichLoader(path) ?? whichLoader(`${path}.js`);
  if (which || (/katex|auto-render/i.test(path) && !/\.css$/.test(path) && !fileAt(path))) {
    const module = requireModule(path, path);
    return { exports: { ...(module instanceof Object ? module : {}), default: module, renderMathInElement: window.renderMathInElement } };
  }
  const text = fileAt(path);
  if (text === undefined && request.deck && /\bmath\b/.test(path)) return { exports: { default: window.RevealMath } };
  if (text === undefined) return { exports: recordingProxy(path, note) };
  const known = modules.get(path);
  if (known) return known;
  /** @type {{exports: object, done?: Promise<unknown>}} registered before it runs, for cyclic imports */
  const module = { exports: {} };
  modules.set(path, module);
  module.done = new Function(`return ${asModule(text, path)}`)()(module.exports);
  return module;
}

/**
 * Returns a file of the site; one that is not in the request is noted as requested.
 *
 * @param {string} path
 * @returns {string | undefined}
 */
function fileAt(path) {
  const given = request.files.find(([name]) => name === path);
  if (!given && files.size < 50) files.add(path);
  return given?.[1];
}

/**
 * @param {string} which
 * @param {string} source  JSON: the script or URL that loads it
 */
function load(which, source) {
  if (which === 'katex') {
    loadKatex();
    if (katexLoaded.length < 50) katexLoaded.push(source);
  } else if (!loaded.length) {
    const author = window.MathJax;
    if (which === 'mathjax2') hub = makeHub(author, page);
    else {
      makeMathJax(author, page, findMath);
      result.mathjax = json(author);
    }
  } else return;
  if (which !== 'katex') loaded.push(source);
}

function loadKatex() {
  if (window.katex) return;
  // A library bundled in a script defines these, too: ours stay
  for (const [name, value] of Object.entries(makeKatex(findMath, search, katexMacros))) {
    defineProperty(window, name, { get: () => value, set() {} });
  }
}

/** @param {string} name */
function requireModule(name, path) {
  const src = whichLoader(path) ? path : `${path}.js`;
  const which = whichLoader(src);
  if (which === 'katex' || /katex|auto-render/i.test(name)) {
    load('katex', json({ src }));
    return /auto-?render/i.test(`${name} ${path}`) ? window.renderMathInElement : window.katex;
  }
  if (which) {
    load(which, json({ src }));
    return window.MathJax;
  }
  return /^jquery$/i.test(name) ? window.$ : recordingProxy(name, note);
}

/** @param {string} src */
function whichLoader(src) {
  return Object.keys(request.loaders).find((name) => new RegExp(request.loaders[name]).test(src));
}

function findMath(math, display, options) {
  const { probe, whole } = recognise(math) ?? {};
  if (!probe || found.length >= 500) return;
  found.push(json({ ...probe, whole, ...callOf(options), display: Boolean(display), options }));
  foundIn.push(probe);
}

function search(element, options) {
  const selector = selectorOf(element) ?? '';
  if (searched.length < 500) searched.push(json({ selector, ...callOf(options), options }));
}

/** @type {unknown[]} */
const macroObjects = [];
let calls = 0;

/** Returns the number of this KaTeX call, and that of its macros object: -1 for none. */
function callOf(options) {
  const macros = options?.macros;
  if (macros && !macroObjects.includes(macros) && macroObjects.length < 500) macroObjects.push(macros);
  return { call: calls++, macros: macroObjects.indexOf(macros) };
}

/**
 * Records a call of MathJax to typeset elements (nodes or selectors); without any, the page.
 *
 * @param {unknown} elements
 */
function typeset(elements) {
  const list = isList(elements) ? [...elements] : [elements ?? ''];
  const selectors = list.map((element) => selectorOf(element ?? '')).filter((selector) => selector !== null);
  if (typesets.length < 500) typesets.push(json(selectors));
}

/**
 * @param {unknown} elements
 * @returns {elements is Iterable<unknown>}
 */
function isList(elements) {
  return elements instanceof Object && !(elements instanceof Node) && 'length' in elements && typeof elements.length === 'number';
}

/**
 * Runs a script that a script has written into the page; it is the next to run.
 *
 * @param {HTMLScriptElement} script
 */
function takeWritten(script) {
  if (script.hasAttribute('src') || !EXECUTABLE.test(script.type)) inject(script);
  else runText(script.text, 'classic');
}

/**
 * Loads the scripts that the page's scripts have inserted.
 *
 * @returns {boolean} whether there was any
 */
function loadInjected() {
  const scripts = [...document.getElementsByTagName('script')].filter((script) => !handled.has(script));
  for (const script of scripts) inject(script);
  configure();
  return scripts.length > 0;
}

/**
 * Handles an inserted script: configuration waits for MathJax 2, loaders load, a file of the site is
 * run.
 *
 * @param {HTMLScriptElement} script
 */
function inject(script) {
  handled.add(script);
  const type = script.type.replace(/ /g, '');
  if (/^text\/x-mathjax-config(;|$)/i.test(type)) blocks.push({ script: current, does: 'run', what: script.text, type: 'config', deferred: true, own: false, attrs: [] });
  const src = srcOf(script);
  if (!src) return;
  const which = whichLoader(src);
  const text = which ? undefined : fileAt(src);
  if (which) load(which, json({ src }));
  else if (text !== undefined) runText(text, type === 'module' ? 'module' : 'classic', attributesOf(script));
  if (which === 'mathjax2' && script.text.trim()) runText(script.text, 'classic');
  const callbacks = [script.onload, ...(onLoad.get(script) ?? [])];
  for (const callback of callbacks) if (typeof callback === 'function') call(() => callback.call(script, new Event('load')));
}

/** Returns the URL of a script as it was written. */
const srcOf = (script) => script.attributes.src?.value;
/** @type {(script: HTMLScriptElement) => [string, string][]} */
const attributesOf = (script) => [...script.attributes].map(({ name, value }) => /** @type {[string, string]} */ ([name, value])).filter(([name]) => name !== 'type');

/** @param {() => void} callback */
function soon(callback) {
  timers.push({ delay: 0, script: current, callback });
}

/** @param {Callback} callback  called soon if the page is ready already */
function whenReady(callback) {
  if (document.readyState === 'loading') listen(READY[0], callback);
  else soon(() => call(callback));
}

/** @param {string} type */
function listen(type, callback) {
  const script = current;
  const as = own;
  const list = listeners.get(type) ?? [];
  listeners.set(type, list);
  list.push(() => {
    current = script;
    own = as;
    call(() => (typeof callback === 'function' ? callback(new Event(type)) : callback.handleEvent(new Event(type))));
  });
}

/**
 * Calls the listeners of an event; they may add further listeners.
 *
 * @param {string} type
 */
function fire(type) {
  const list = listeners.get(type) ?? [];
  for (let i = 0; i < list.length && i < 200; i++) list[i]();
}

/** Intercepts listeners of page events, which we fire ourselves, and hides failures to load scripts. */
function holdEvents() {
  const { addEventListener, dispatchEvent } = EventTarget.prototype;
  const ours = (target) => target === window || target === document || target === document.body;
  EventTarget.prototype.addEventListener = function held(type, callback, ...rest) {
    const target = this ?? window;
    if (!callback) return;
    if (ours(target) && HELD.has(type)) listen(type, callback);
    else if (target instanceof HTMLScriptElement && type === 'load') onLoad.set(target, [...(onLoad.get(target) ?? []), callback]);
    else addEventListener.call(target, type, callback, ...rest);
  };
  EventTarget.prototype.dispatchEvent = function dispatch(event) {
    const target = this ?? window;
    if (!ours(target) || !HELD.has(event?.type)) return dispatchEvent.call(target, event);
    fire(event.type);
    return true;
  };
  const hide = (event) => event.target instanceof HTMLScriptElement && event.stopImmediatePropagation();
  addEventListener.call(window, 'error', hide, true);
  defineProperty(document, 'readyState', { value: 'loading', configurable: true });
}

/** Reports every observed element as visible. */
function seeAll() {
  window.IntersectionObserver = class IntersectionObserver {
    #callback;
    root = null;
    rootMargin = '0px';
    thresholds = [0];

    constructor(callback) {
      this.#callback = callback;
    }

    observe(target) {
      const box = target.getBoundingClientRect();
      const entry = { target, isIntersecting: true, intersectionRatio: 1, boundingClientRect: box, intersectionRect: box, rootBounds: null, time: 0 };
      soon(() => this.#callback([entry], this));
    }

    unobserve() {}

    disconnect() {}

    takeRecords() {
      return [];
    }
  };
}

/** Collects timers, which run in the order of their delays; an interval runs a few times. */
function holdTimers() {
  const add = (callback, delay, args) => timers.push({ delay, script: current, callback: () => typeof callback === 'function' && callback(...args) });
  window.setTimeout = (callback, delay = 0, ...args) => add(callback, Number(delay) || 0, args);
  window.setInterval = (callback, delay = 0, ...args) => {
    for (let turn = 1; turn < 3; turn++) add(callback, turn * delay, args);
    return add(callback, 3 * delay, args);
  };
  window.requestAnimationFrame = (callback) => add(callback, 16, [16]);
  window.requestIdleCallback = (callback) => add(callback, 50, [{ timeRemaining: () => 50, didTimeout: false }]);
  window.clearTimeout = window.clearInterval = () => {};
}

function runTimers() {
  for (let count = 0; count < 500; count++) {
    timers.sort((a, b) => a.delay - b.delay);
    const next = timers.shift();
    if (!next) return;
    current = next.script;
    call(next.callback);
  }
}

/** Prevents navigation and new windows. */
function stayHere() {
  window.navigation?.addEventListener('navigate', (event) => {
    if (event.destination.sameDocument) return;
    event.preventDefault();
    problem ??= new Problem('a script of the page leaves the page');
  });
  window.open = () => refuse('a script of the page opens a window');
  for (const name of ['alert', 'confirm', 'prompt', 'print']) window[name] = () => undefined;
}

/** Refuses requests: an error if an inline script makes one, silently if a file does. */
function refuseRequests() {
  const refused = () => {
    if (own) refuse('a script of the page asks for something over the network');
    return new Promise(() => {});
  };
  window.fetch = refused;
  Object.assign(navigator, { sendBeacon: refused });
  XMLHttpRequest.prototype.send = refused;
  for (const name of ['WebSocket', 'EventSource', 'Worker', 'SharedWorker', 'RTCPeerConnection', 'WebTransport']) {
    window[name] = function Refused() {
      refused();
    };
  }
}

/** Intercepts document.write: the text may contain a loader or any other script. */
function catchWrites() {
  let text = '';
  document.write = (...texts) => {
    text += texts.join('');
    if (/<script\b(?![\s\S]*<\/script)/i.test(text)) return; // its end has not been written yet
    const template = document.createElement('template');
    template.innerHTML = text;
    text = '';
    const scripts = [...template.content.querySelectorAll('script')];
    document.body.append(template.content);
    written.push(...scripts);
  };
  document.writeln = (...texts) => document.write(...texts, '\n');
  Object.assign(document, { open: () => document, close: () => document });
}
