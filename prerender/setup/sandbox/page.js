/**
 * A page's scripts that concern math go in, what they asked of MathJax or KaTeX comes out.
 *
 * They run in this document, which is nobody's, in the order of a browser: while the page is parsed,
 * deferred, when it is ready, when it is loaded. The exported functions are called one after the other
 * from outside, each with a time limit; promises are settled in between.
 */

import { plantOnDemand, plantScripts, recognise, selectorOf } from './probes.js';
import { Problem, serialise } from './serialise.js';
import { makeHub, makeJQuery, makeKatex, makeMathJax, makeRequire, swallow, swallowers } from './stubs.js';

/**
 * @typedef {object} Step
 * @property {number} script  its place in the page
 * @property {'run' | 'load'} does  run a text, or be a loader
 * @property {string} what  the text, or which loader: mathjax2, mathjax, katex
 * @property {'classic' | 'module' | 'config'} [type]
 * @property {boolean} deferred
 * @property {boolean} own  written in the page itself
 */

const LIMIT = 1_000_000;
const { defineProperty, freeze, getOwnPropertyNames } = Object;
const { parse, stringify } = JSON;
const clock = performance.now.bind(performance);
const inherited = getOwnPropertyNames(Object.prototype).length;
const READY = ['DOMContentLoaded', 'turbolinks:load', 'turbo:load', 'readystatechange'];
const LOADED = ['readystatechange', 'load', 'pageshow'];
const EXECUTABLE = /^\s*(?:(?:text|application)\/(?:x-)?(?:java|ecma)script)?\s*$/i;

/** @type {Record<string, string>} what is found out, as JSON texts */
const result = {};
/** @type {{script: number, message: string}[]} */
const errors = [];
/** @type {Set<string>} */
const notes = new Set();
/** @type {string[]} */
const found = [];
/** @type {string[]} */
const searched = [];
/** @type {string[]} */
const typesets = [];
/** @type {string[]} */
const loaded = [];
/** @type {Record<string, unknown>} */
const katexMacros = {};
/** @type {Map<string, Callback[]>} */
const listeners = new Map();
/** @type {WeakMap<Element, Callback[]>} */
const onLoad = new WeakMap();
/** @type {{delay: number, script: number, callback: () => void}[]} */
const timers = [];

/** @typedef {(...args: any[]) => unknown} Callback */
/** @type {{steps: Step[], loaders: Record<string, string>, amd: boolean, limit: number}} */
let request;
/** @type {ReturnType<typeof makeHub> | null} */
let hub = null;
/** @type {Step[]} configuration of MathJax 2, until there is one to take it */
let blocks = [];
/** @type {HTMLScriptElement[]} what scripts have written into the page, until it has run */
const written = [];
/** @type {Problem | null} */
let problem = null;
let current = -1;
let own = false;
let begun = 0;

const json = (value) => serialise(value, LIMIT, swallowers);
const note = (path) => {
  if (notes.size < 200) notes.add(path);
};
const page = { call, note, soon, typeset };

/**
 * Calls back into the page; what it throws is written down.
 *
 * @param {Callback} callback
 */
function call(callback) {
  try {
    return callback();
  } catch (error) {
    if (error instanceof Problem) throw error;
    complain(error);
    return undefined;
  }
}

/** @param {any} error */
function complain(error) {
  if (errors.length < 50) errors.push({ script: current, message: `${error?.name}: ${error?.message}`.slice(0, 300) });
}

/** @param {string} message */
function refuse(message) {
  problem ??= new Problem(message);
  throw problem;
}

/**
 * The first call: what the page's scripts will find.
 *
 * @param {typeof request} asked
 */
export function prepare(asked) {
  request = asked;
  plantScripts();
  plantOnDemand();
  stayHere();
  refuseRequests();
  holdEvents();
  holdTimers();
  catchWrites();
  const $ = makeJQuery(whenReady, note);
  const document$ = { subscribe: (callback) => whenReady(() => callback(document)) };
  Object.assign(window, { $, jQuery: $, document$ });
  if (request.steps.some(({ what, does }) => does === 'load' && what === 'katex')) loadKatex();
  if (request.amd) {
    const { require, define } = makeRequire(requireModule, soon, call);
    Object.assign(window, { require, requirejs: require, define });
  }
  window.addEventListener('error', ({ error, message }) => complain(error ?? { name: 'Error', message }));
  const steps = { run, ready, complete, settle, begin, finish };
  for (const name of Object.keys(steps)) steps[name] = timed(steps[name]);
  defineProperty(window, 'prerenderSetup', { value: freeze(steps) });
}

/**
 * A step that has its time taken, its promises' included: a callback of theirs that is ended from
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

/** The page is parsed: scripts run as they come, then those that waited for its end. */
export function run() {
  blocks = request.steps.filter(({ type }) => type === 'config');
  const scripts = request.steps.filter(({ type }) => type !== 'config');
  for (const deferred of [false, true]) {
    for (const step of scripts) if (step.deferred === deferred) take(step);
  }
  return check();
}

/** The page is ready. */
export function ready() {
  loadInjected();
  return reach('interactive', READY);
}

/** The page is loaded. */
export function complete() {
  if (typeof window.onload === 'function') listen(LOADED[0], window.onload);
  return reach('complete', LOADED);
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

/** What waits for a promise, a timer or a script comes; called again while that may make more wait. */
export function settle() {
  runTimers();
  loadInjected();
  return check();
}

/** MathJax 2 begins. */
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
  if (hub) result.hub = json(hub.result());
  else if (!result.mathjax && !loaded.length) result.mathjax = json(window.MathJax);
  let text = `"found":[${found}],"searched":[${searched}],"typesets":[${typesets}],"loaded":[${loaded}]`;
  text += `,"errors":${json(errors)},"notes":${json([...notes])},"katexMacros":${json(katexMacros)}`;
  for (const name of ['hub', 'mathjax']) text += `,"${name}":${result[name] ?? 'null'}`;
  return `{${text}}`;
}

/** Raises what was refused on the way, even if the page's script has caught it. */
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
  else runText(step.what, step.type);
  while (written.length) takeWritten(written.shift());
  own = false;
}

/** MathJax 2 takes its configuration once it is there. */
function configure() {
  while (hub && blocks.length) take(blocks.shift());
}

/**
 * @param {string} text
 * @param {Step['type']} type
 */
function runText(text, type) {
  const script = document.createElement('script');
  script.text = type === 'module' ? `{${withoutImports(text)}\n}` : text;
  script.dataset.prerender = 'ran';
  document.head.append(script);
}

/** A module that imports KaTeX or MathJax, as a script that finds them in the page. */
function withoutImports(text) {
  return text
    .replace(/^\s*import\s+([\w$]+)\s+from\s+(['"][^'"]*['"])/gm, 'const $1 = requirePrerendered($2)')
    .replace(/^\s*import\s+(\{[^}]*\})\s+from\s+(['"][^'"]*['"])/gm, (_, names, path) => `const ${names.replace(/\bas\b/g, ':')} = requirePrerendered(${path})`)
    .replace(/^\s*import\s+(['"][^'"]*['"])/gm, 'requirePrerendered($1)')
    .replace(/^\s*export\s+(default\s+)?/gm, '');
}
defineProperty(window, 'requirePrerendered', { value: (path) => requireModule(path, path) });

/**
 * @param {string} which
 * @param {string} source  JSON: what loads it
 */
function load(which, source) {
  if (which === 'katex') {
    loadKatex();
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
  // A library that a script brings along defines these, too: ours stay
  for (const [name, value] of Object.entries(makeKatex(findMath, search, katexMacros))) {
    defineProperty(window, name, { get: () => value, set() {} });
  }
}

/** @param {string} name */
function requireModule(name, path) {
  const src = whichLoader(path) ? path : `${path}.js`;
  const which = whichLoader(src);
  if (which === 'katex' || /katex|auto-render/i.test(name)) {
    loadKatex();
    return /auto-?render/i.test(`${name} ${path}`) ? window.renderMathInElement : window.katex;
  }
  if (which) {
    load(which, json({ src }));
    return window.MathJax;
  }
  return /^jquery$/i.test(name) ? window.$ : swallow(name, note);
}

/** @param {string} src */
function whichLoader(src) {
  return Object.keys(request.loaders).find((name) => new RegExp(request.loaders[name]).test(src));
}

function findMath(math, display, options) {
  const probe = recognise(math);
  if (probe && found.length < 500) found.push(json({ ...probe, ...callOf(options), display: Boolean(display), options }));
}

function search(element, options) {
  const selector = selectorOf(element) ?? '';
  if (searched.length < 500) searched.push(json({ selector, ...callOf(options), options }));
}

/** @type {unknown[]} */
const macroObjects = [];
let calls = 0;

/** Which call of KaTeX this is, and which object of macros it is given: -1 for none. */
function callOf(options) {
  const macros = options?.macros;
  if (macros && !macroObjects.includes(macros) && macroObjects.length < 500) macroObjects.push(macros);
  return { call: calls++, macros: macroObjects.indexOf(macros) };
}

/**
 * Notes that MathJax is asked to typeset elements (nodes, or selectors), or without any, the page.
 *
 * @param {unknown} elements
 */
function typeset(elements) {
  const isList = elements instanceof Object && !(elements instanceof Node) && typeof elements.length === 'number';
  const asked = isList ? [...elements] : [elements ?? ''];
  const selectors = asked.map((one) => selectorOf(one ?? '')).filter((one) => one !== null);
  if (typesets.length < 500) typesets.push(json(selectors));
}

/**
 * A script that a script has written: it comes next.
 *
 * @param {HTMLScriptElement} script
 */
function takeWritten(script) {
  if (script.hasAttribute('src') || !EXECUTABLE.test(script.type)) inject(script);
  else runText(script.text, 'classic');
}

/** Scripts that the page's scripts have put in: they come when there is time. */
function loadInjected() {
  for (const script of document.querySelectorAll('script:not([data-prerender])')) inject(script);
  configure();
}

/**
 * A script that scripts have put in: configuration waits for MathJax 2, loaders load.
 *
 * @param {HTMLScriptElement} script
 */
function inject(script) {
  script.dataset.prerender = 'seen';
  const type = script.type.replace(/ /g, '');
  if (/^text\/x-mathjax-config(;|$)/i.test(type)) blocks.push({ script: current, does: 'run', what: script.text, type: 'config', deferred: true, own: false });
  const src = script.getAttribute('src');
  const which = src && whichLoader(src);
  if (!which) return;
  load(which, json({ src }));
  if (which === 'mathjax2' && script.text.trim()) runText(script.text, 'classic');
  const callbacks = [script.onload, ...(onLoad.get(script) ?? [])];
  for (const callback of callbacks) if (typeof callback === 'function') call(() => callback.call(script, new Event('load')));
}

/** @param {() => void} callback */
function soon(callback) {
  timers.push({ delay: 0, script: current, callback });
}

/** @param {Callback} callback  called at once (soon) if the page is ready already */
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

/** @param {string} type */
function fire(type) {
  const list = listeners.get(type) ?? [];
  for (let i = 0; i < list.length && i < 200; i++) list[i]();
}

/** The page's own events are ours to fire; of all others there are none. */
function holdEvents() {
  const { addEventListener } = EventTarget.prototype;
  EventTarget.prototype.addEventListener = function held(type, callback, ...rest) {
    const target = this ?? window;
    if (!callback) return;
    if (target === window || target === document) {
      if ([...READY, ...LOADED].includes(type)) listen(type, callback);
      else if (type === 'error') addEventListener.call(target, type, callback, ...rest);
    } else if (target instanceof HTMLScriptElement && type === 'load') {
      onLoad.set(target, [...(onLoad.get(target) ?? []), callback]);
    }
  };
  defineProperty(document, 'readyState', { value: 'loading', configurable: true });
}

/** Timers run in the order of their delays, and soon; an interval gets a few turns. */
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
  for (let count = 0; timers.length && count < 500; count++) {
    timers.sort((a, b) => a.delay - b.delay);
    const { callback, script } = timers.shift();
    current = script;
    call(callback);
  }
}

/** No way out of this document. */
function stayHere() {
  window.navigation?.addEventListener('navigate', (event) => {
    if (event.destination.sameDocument) return;
    event.preventDefault();
    problem ??= new Problem('a script of the page leaves the page');
  });
  window.open = () => refuse('a script of the page opens a window');
  window.alert = window.confirm = window.prompt = window.print = () => undefined;
}

/** No requests: an error where the page's own text makes one, refused quietly where a file does. */
function refuseRequests() {
  const refused = () => {
    if (own) refuse('a script of the page asks for something over the network');
    return new Promise(() => {});
  };
  window.fetch = refused;
  navigator.sendBeacon = refused;
  XMLHttpRequest.prototype.send = refused;
  for (const name of ['WebSocket', 'EventSource', 'Worker', 'SharedWorker', 'RTCPeerConnection', 'WebTransport']) {
    window[name] = function Refused() {
      refused();
    };
  }
}

/** What is written into the page while it is parsed may be a loader, or any other script. */
function catchWrites() {
  let text = '';
  document.write = (...texts) => {
    text += texts.join('');
    if (/<script\b(?![\s\S]*<\/script)/i.test(text)) return; // more of it is to come
    const template = document.createElement('template');
    template.innerHTML = text;
    text = '';
    const scripts = [...template.content.querySelectorAll('script')];
    document.body.append(template.content);
    written.push(...scripts);
  };
  document.writeln = (...texts) => document.write(...texts, '\n');
  document.open = document.close = () => document;
}
