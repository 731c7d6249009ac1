/**
 * A file of the speech rule engine's rules in; out, the same put right where a language calls something
 * by a wrong name, and what mend.js has to know of it.
 *
 * A file has lists of symbols, functions and rules, by names such as `en/symbols/math_symbols.min`.
 *
 * @typedef {{key?: string, names?: string[], mappings?: Record<string, Record<string, string>>}} Entry
 * @typedef {Record<string, any>} Rules
 */

/** @type {Map<string, string>} how languages say | */
const bars = new Map();
/** @type {Set<string>} functions that there are words for */
const functions = new Set();

/**
 * @param {string} locale
 */
export function barIn(locale) {
  return bars.get(locale) ?? '|';
}

/** @param {string} name  of a function */
export function isKnown(name) {
  return functions.has(name);
}

/** @type {Record<string, Record<string, string>>} symbols by a better name than a language's rules give */
const NAMES = {
  // It says "Mathematische rechtwinklige Klammer": one with a right angle
  de: { '27E9': 'Mathematische rechte Winkelklammer' },
  en: { '00B0': 'degrees' },
};

/**
 * @param {string} locale
 * @param {string} domain  whose rules are wanted; all else is left out
 * @param {Rules} all
 */
export function rightened(locale, domain, all) {
  const rules = Object.fromEntries(Object.entries(all).filter(([name]) => !name.includes('/rules/') || domain === 'default' || name.includes(`/${domain}_`)));
  const symbols = entries(rules, '/symbols/');
  for (const { names = [] } of entries(rules, '/functions/')) for (const name of names) functions.add(name);
  const bar = nameOf(symbols, '007C');
  if (bar) bars.set(locale, bar);
  // The sign between a variable and its condition, and in p(x | y), too
  rename(symbols, '2223', bar);
  for (const { key, mappings } of symbols) {
    const { clearspeak } = mappings ?? {};
    if (key === '0394' && clearspeak?.TriangleSymbol_Delta) clearspeak.default = clearspeak.TriangleSymbol_Delta;
  }
  for (const [code, name] of Object.entries(NAMES[locale] ?? {})) rename(symbols, code, name);
  for (const [name, { rules: list }] of Object.entries(rules)) {
    if (name.includes('/rules/')) rules[name].rules = list.filter(isRight).map(orMatrix);
  }
  return rules;
}

/**
 * @param {Rules} rules
 * @param {string} kind
 * @returns {Entry[]}
 */
function entries(rules, kind) {
  return Object.keys(rules).filter((name) => name.includes(kind)).flatMap((name) => rules[name]);
}

/**
 * @param {Entry[]} symbols
 * @param {string} code
 */
function nameOf(symbols, code) {
  return symbols.find(({ key }) => key === code)?.mappings?.default?.default;
}

/**
 * @param {Entry[]} symbols
 * @param {string} code
 * @param {string | undefined} name
 */
function rename(symbols, code, name) {
  const found = symbols.find(({ key }) => key === code);
  if (found?.mappings?.default && name) found.mappings.default.default = name;
}

/** @param {string[]} rule  a vertical line rarely divides */
function isRight(rule) {
  return rule[1] !== 'vbar-divides';
}

/**
 * A column of two numbers is no binomial where TeX says matrix (mend.js).
 *
 * @param {string[]} rule
 */
function orMatrix(rule) {
  return rule[0] === 'Precondition' && rule.includes('@role="binomial"') && rule.includes('self::vector') ? [...rule, 'not(@ext-matrix)'] : rule;
}
