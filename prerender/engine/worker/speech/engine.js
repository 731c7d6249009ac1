/**
 * A formula as a tree and the settings of the speech rule engine in, what it says out.
 *
 * The engine and its rules are files of the package; they are loaded when a formula asks for them, and
 * those of a language with its first one. Its libraries are ours: vendor/hook.py.
 */

import { mend } from './mend.js';
import { barIn, isKnown, rightened } from './rules.js';
import { document as factory, handOver, xmldom } from './tree.js';
import { xpath } from './xpath.js';

const BASE = new URL('../../mathjax/sre', import.meta.url).href;

/** @typedef {{locale: string, modality: string, domain: string, style: string}} Settings */

/** Languages without rules for ClearSpeak. */
const MATHSPEAK_ONLY = new Set(['ca', 'da', 'es']);

/** @type {Map<string, Promise<{engine: any, locale: string}>>} an engine for each domain, with the rules of no other */
const engines = new Map();

/**
 * Sets the engine, and loads what it lacks for that; what then says a tree, and mends it before.
 *
 * @param {Settings} settings
 * @returns {Promise<(tree: import('./tree.js').TreeElement) => string>}
 */
export async function speaker(settings) {
  const domain = MATHSPEAK_ONLY.has(settings.locale) ? 'mathspeak' : settings.domain;
  const known = engines.get(domain) ?? load(domain);
  engines.set(domain, known);
  const set = await known;
  const { engine } = set;
  if (set.locale !== settings.locale) {
    await engine.setupEngine({ ...settings, domain });
    set.locale = settings.locale;
    rulesByName = new WeakMap();
  }
  const voice = voiceOf({ ...settings, domain });
  return (tree) => {
    if (settings.modality === 'speech') mend(tree, voice);
    return handOver(tree, (text) => engine.toSpeech(text)).replace(/\s+(,?)\s*/g, '$1 ').trim();
  };
}

/** Languages whose MathSpeak says words that it does not know letter by letter. */
const SPELLING = new Set(['fr', 'it']);

/** @param {Settings} settings */
function voiceOf({ locale, domain }) {
  return { locale, bar: barIn(locale), spells: domain === 'mathspeak' && SPELLING.has(locale), knows: isKnown };
}

/**
 * An engine that is set to no language yet.
 *
 * @param {string} domain  whose rules it is to have
 */
async function load(domain) {
  const custom = async (/** @type {string} */ locale) => rightened(locale, domain, await (await fetch(`${BASE}/mathmaps/${locale}.json`)).json());
  Object.assign(globalThis, { SREfeature: { custom }, SREexternal: { xmldom, document: factory, xpath, candidates } });
  const script = document.createElement('script');
  script.src = `${BASE}/sre.js`;
  const loaded = new Promise((resolve, reject) => {
    script.onload = resolve;
    script.onerror = () => reject(new Error('the speech rule engine is not where it should be'));
  });
  document.head.append(script);
  await loaded;
  const engine = window.SRE;
  await engine.engineReady();
  Reflect.deleteProperty(globalThis, 'SREfeature'); // else other engines would take it for theirs
  return { engine, locale: '' };
}

/**
 * A node of the engine's tree of conditions.
 *
 * @typedef {{constraint: string, children_: Record<string, RuleNode>}} RuleNode
 */

/** @type {WeakMap<RuleNode, Map<string | undefined, RuleNode[]>>} */
let rulesByName = new WeakMap();
/** A condition that only elements of one name meet. */
const NAMED = /^self::([a-z][\w-]*)(?:\[|$)/;

/**
 * The conditions below one in the tree that a node may meet by its name: a tenth of some hundred.
 *
 * @param {RuleNode} rules
 * @param {{tagName?: string}} node
 */
function candidates(rules, { tagName }) {
  const known = rulesByName.get(rules) ?? new Map();
  rulesByName.set(rules, known);
  let found = known.get(tagName);
  if (!found) {
    found = Object.values(rules.children_).filter(({ constraint }) => (NAMED.exec(constraint)?.[1] ?? tagName) === tagName);
    known.set(tagName, found);
  }
  return found;
}
