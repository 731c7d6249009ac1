/**
 * What a function of a set-up computes, as Python has read it (setup/functions.py), in; a function
 * out that walks through it. No code of a page runs here: all that there is are texts, numbers,
 * lists, regular expressions, and the methods below.
 *
 * @typedef {[does: string, ...parts: any[]]} Tree
 * @typedef {Map<string, unknown>} Names  the values of variables
 */

/** Characters: no text of an equation number is longer. */
const LONGEST = 10_000;

/** @type {Record<string, (...given: any[]) => unknown>} */
const FUNCTIONS = {
  String,
  Number,
  encodeURIComponent,
  parseInt,
  isNaN,
  'String.fromCharCode': String.fromCharCode,
  'Math.floor': Math.floor,
  'Math.ceil': Math.ceil,
  'Math.round': Math.round,
  'Math.abs': Math.abs,
  'Math.min': Math.min,
  'Math.max': Math.max,
};

/** By the kind of value, its methods; Python has checked that a name is one of these. */
const METHODS = [
  { of: isText, methods: String.prototype },
  { of: Array.isArray, methods: Array.prototype },
  { of: isNumber, methods: Number.prototype },
  { of: isRegExp, methods: RegExp.prototype },
];

/** @type {Record<string, (a: any, b: any) => unknown>} */
const BINARY = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
  '<': (a, b) => a < b,
  '>': (a, b) => a > b,
  '<=': (a, b) => a <= b,
  '>=': (a, b) => a >= b,
  '==': (a, b) => a == b, // eslint-disable-line eqeqeq -- as the page has it
  '!=': (a, b) => a != b, // eslint-disable-line eqeqeq -- as the page has it
  '===': (a, b) => a === b,
  '!==': (a, b) => a !== b,
  '&': (a, b) => a & b,
  '|': (a, b) => a | b,
  '^': (a, b) => a ^ b,
  '<<': (a, b) => a << b,
  '>>': (a, b) => a >> b,
  '>>>': (a, b) => a >>> b,
};

/** @type {Record<string, (a: any) => unknown>} */
const UNARY = { '!': (a) => !a, '-': (a) => -a, '+': (a) => +a, '~': (a) => ~a };

/**
 * What computes a value, or says that nothing is computed yet.
 *
 * @type {Record<string, (parts: any[], names: Names) => unknown>}
 */
const EXPRESSIONS = {
  value: ([value]) => value,
  undefined: () => undefined,
  name: ([name], names) => {
    if (!names.has(name)) throw new Error(`${name} is not defined`);
    return names.get(name);
  },
  set: ([name, tree], names) => {
    if (!names.has(name)) throw new Error(`${name} is not defined`);
    const value = compute(tree, names);
    names.set(name, value);
    return value;
  },
  template: (parts, names) => parts.map((part) => String(compute(part, names))).join(''),
  list: (parts, names) => parts.map((part) => compute(part, names)),
  regexp: ([pattern, flags]) => new RegExp(pattern, flags),
  length: ([of], names) => {
    const value = compute(of, names);
    return isText(value) || Array.isArray(value) ? value.length : undefined;
  },
  at: ([of, index], names) => {
    const [value, at] = [compute(of, names), compute(index, names)];
    if (!(isText(value) || Array.isArray(value)) || !isNumber(at)) throw new Error('only the parts of texts and lists have a place');
    return value[at];
  },
  call: ([of, name, ...trees], names) => {
    const value = compute(of, names);
    const found = METHODS.find((kind) => kind.of(value))?.methods;
    const method = found && Object.hasOwn(found, name) ? Reflect.get(found, name) : null;
    if (!method) throw new Error(`there is no ${name} here`);
    const given = trees.map((/** @type {Tree} */ tree) => compute(tree, names));
    if (name.startsWith('pad') && given[0] > LONGEST) throw new Error('a text gets too long');
    return method.apply(value, given);
  },
  apply: ([name, ...trees], names) => FUNCTIONS[name](...trees.map((/** @type {Tree} */ tree) => compute(tree, names))),
  unary: ([sign, tree], names) => UNARY[sign](compute(tree, names)),
  binary: ([sign, left, right], names) => {
    const value = compute(left, names);
    if (sign === '&&') return value && compute(right, names);
    if (sign === '||') return value || compute(right, names);
    if (sign === '??') return value ?? compute(right, names);
    return BINARY[sign](value, compute(right, names));
  },
  choose: ([test, yes, no], names) => compute(compute(test, names) ? yes : no, names),
};

/**
 * What does something; answers a list with what the function returns, or null where it goes on.
 *
 * @type {Record<string, (parts: any[], names: Names) => [unknown] | null>}
 */
const STATEMENTS = {
  return: ([tree], names) => [compute(tree, names)],
  if: ([test, yes, no], names) => run(compute(test, names) ? yes : no, names),
  block: (parts, names) => {
    for (const part of parts) {
      const returned = run(part, names);
      if (returned) return returned;
    }
    return null;
  },
  declare: (parts, names) => {
    for (const [name, tree] of parts) names.set(name, compute(tree, names));
    return null;
  },
  do: ([tree], names) => {
    compute(tree, names);
    return null;
  },
};

/**
 * @param {{parameters: string[], body: Tree}} function_
 * @returns {(...given: unknown[]) => unknown}
 */
export function functionFrom({ parameters, body }) {
  return (...given) => {
    const names = new Map(parameters.map((name, index) => [name, given[index]]));
    return run(body, names)?.[0];
  };
}

/**
 * @param {Tree} tree
 * @param {Names} names
 */
function run([does, ...parts], names) {
  return STATEMENTS[does](parts, names);
}

/**
 * @param {Tree} tree
 * @param {Names} names
 * @returns {any}
 */
function compute([does, ...parts], names) {
  const value = EXPRESSIONS[does](parts, names);
  if ((isText(value) || Array.isArray(value)) && value.length > LONGEST) throw new Error('a text gets too long');
  return value;
}

/**
 * @param {unknown} value
 * @returns {value is string}
 */
function isText(value) {
  return typeof value === 'string';
}

/**
 * @param {unknown} value
 * @returns {value is number}
 */
function isNumber(value) {
  return typeof value === 'number';
}

/**
 * @param {unknown} value
 * @returns {value is RegExp}
 */
function isRegExp(value) {
  return value instanceof RegExp;
}
