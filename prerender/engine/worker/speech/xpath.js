/**
 * Expressions of XPath 1.0 in (https://www.w3.org/TR/xpath-10/), functions out that evaluate them on
 * the nodes of tree.js.
 *
 * The rules of the speech rule engine are conditions in XPath, some hundred for each part of a formula.
 * Its own library (wicked-good-xpath) parses an expression whenever it is asked for one. Here each is
 * parsed once. No namespaces, no variables, no ids, no comments: there are none in these trees.
 */

/**
 * @typedef {import('./tree.js').TreeElement | import('./tree.js').TreeText | import('./tree.js').Attribute} XNode
 * @typedef {XNode[] | string | number | boolean} Value
 * @typedef {(node: XNode, position: number, size: number) => Value} Evaluator
 * @typedef {(node: any) => XNode[]} Axis  nodes, the nearest first
 * @typedef {{reverse: boolean, flat: boolean, nested: boolean, from: Axis}} AxisKind  nested: one of its nodes
 *   may be in another; flat: from nodes in order, none in another, come such nodes
 * @typedef {Pick<AxisKind, 'flat' | 'nested' | 'from'>} Step
 */

const TOKENS = /\s*(?:([a-zA-Z_][\w.-]*(?::(?!:)[a-zA-Z_*][\w.-]*)?)|(\d+(?:\.\d*)?|\.\d+)|"([^"]*)"|'([^']*)'|(\.\.|::|\/\/|!=|<=|>=|[()[\].@,/|+\-=<>*]))/gy;

/** @type {Map<string, Evaluator>} */
const compiled = new Map();

/**
 * @param {string} expression
 * @returns {Evaluator}  raises SyntaxError when it is called, if the expression is wrong
 */
export function compile(expression) {
  let known = compiled.get(expression);
  if (!known) {
    known = parsed(expression);
    compiled.set(expression, known);
  }
  return known;
}

/**
 * @param {string} expression
 * @returns {Evaluator}
 */
function parsed(expression) {
  try {
    return new ExpressionParser(expression).whole();
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

/** @typedef {{kind: 'name' | 'number' | 'text' | 'sign' | 'end', text: string}} Token */

class ExpressionParser {
  /** @type {Token[]} */
  #tokens = [];
  #at = 0;

  /** @param {string} expression */
  constructor(expression) {
    TOKENS.lastIndex = 0;
    let end = 0;
    for (let match = TOKENS.exec(expression); match; match = TOKENS.exec(expression)) {
      end = TOKENS.lastIndex;
      const [, name, digits, double, single, sign] = match;
      if (name !== undefined) this.#tokens.push({ kind: 'name', text: name });
      else if (digits !== undefined) this.#tokens.push({ kind: 'number', text: digits });
      else if (sign !== undefined) this.#tokens.push({ kind: 'sign', text: sign });
      else this.#tokens.push({ kind: 'text', text: double ?? single });
    }
    if (expression.slice(end).trim()) throw new SyntaxError(`no XPath: ${expression}`);
    this.#tokens.push({ kind: 'end', text: '' });
  }

  whole() {
    const evaluator = this.#or();
    if (this.#next.kind !== 'end') throw this.#wrong();
    return evaluator;
  }

  get #next() {
    return this.#tokens[this.#at];
  }

  #wrong() {
    return new SyntaxError(`there is no place for ${this.#next.text || 'an end'} in an XPath`);
  }

  /** @param {string} text  whether a sign or a name of an operator comes; it is taken */
  #take(text) {
    const { kind, text: next } = this.#next;
    if (next !== text || (kind !== 'sign' && kind !== 'name')) return false;
    this.#at += 1;
    return true;
  }

  /** @param {string} sign */
  #expect(sign) {
    if (!this.#take(sign)) throw this.#wrong();
  }

  /** @returns {Evaluator} */
  #or() {
    let left = this.#and();
    while (this.#take('or')) {
      const [one, other] = [left, this.#and()];
      left = (node, at, size) => truth(one(node, at, size)) || truth(other(node, at, size));
    }
    return left;
  }

  /** @returns {Evaluator} */
  #and() {
    let left = this.#comparison();
    while (this.#take('and')) {
      const [one, other] = [left, this.#comparison()];
      left = (node, at, size) => truth(one(node, at, size)) && truth(other(node, at, size));
    }
    return left;
  }

  /** @returns {Evaluator} */
  #comparison() {
    let left = this.#sum();
    for (let sign = this.#oneOf(COMPARISONS); sign; sign = this.#oneOf(COMPARISONS)) {
      const [one, other, test] = [left, this.#sum(), COMPARISONS[sign]];
      const asNumbers = sign.startsWith('<') || sign.startsWith('>');
      left = (node, at, size) => compare(one(node, at, size), other(node, at, size), test, asNumbers);
    }
    return left;
  }

  /** @returns {Evaluator} */
  #sum() {
    let left = this.#product();
    for (let sign = this.#oneOf(SUMS); sign; sign = this.#oneOf(SUMS)) {
      const [one, other, sum] = [left, this.#product(), SUMS[sign]];
      left = (node, at, size) => sum(number(one(node, at, size)), number(other(node, at, size)));
    }
    return left;
  }

  /** @returns {Evaluator} */
  #product() {
    let left = this.#negation();
    for (let sign = this.#oneOf(PRODUCTS); sign; sign = this.#oneOf(PRODUCTS)) {
      const [one, other, product] = [left, this.#negation(), PRODUCTS[sign]];
      left = (node, at, size) => product(number(one(node, at, size)), number(other(node, at, size)));
    }
    return left;
  }

  /** @param {object} operators */
  #oneOf(operators) {
    const { kind, text } = this.#next;
    if ((kind !== 'sign' && kind !== 'name') || !Object.hasOwn(operators, text)) return '';
    this.#at += 1;
    return text;
  }

  /** @returns {Evaluator} */
  #negation() {
    if (!this.#take('-')) return this.#union();
    const inner = this.#negation();
    return (node, at, size) => -number(inner(node, at, size));
  }

  /** @returns {Evaluator} */
  #union() {
    let left = this.#path();
    while (this.#take('|')) {
      const [one, other] = [left, this.#path()];
      left = (node, at, size) => inOrder([...nodes(one(node, at, size)), ...nodes(other(node, at, size))]);
    }
    return left;
  }

  /** @returns {Evaluator} */
  #path() {
    const primary = this.#primary();
    if (primary) {
      const filters = this.#predicates();
      const start = filters.length ? filtered(primary, filters) : primary;
      return this.#take('/') ? this.#steps(start) : this.#take('//') ? this.#steps(start, true) : start;
    }
    if (this.#take('//')) return this.#steps((node) => [rootOf(node)], true);
    if (this.#take('/')) return this.#beginsStep() ? this.#steps((node) => [rootOf(node)]) : (node) => [rootOf(node)];
    return this.#steps(null);
  }

  /** @returns {Evaluator | null} what is no path, if it comes */
  #primary() {
    const { kind, text } = this.#next;
    if (kind === 'text' || kind === 'number') {
      this.#at += 1;
      const value = kind === 'number' ? Number(text) : text;
      return () => value;
    }
    if (this.#take('(')) {
      const inner = this.#or();
      this.#expect(')');
      return inner;
    }
    const isCall = kind === 'name' && this.#tokens[this.#at + 1].text === '(' && !TYPES.has(text);
    return isCall ? this.#call() : null;
  }

  /** @returns {Evaluator} */
  #call() {
    const { text } = this.#next;
    if (!Object.hasOwn(FUNCTIONS, text)) throw this.#wrong();
    this.#at += 2;
    /** @type {Evaluator[]} */
    const given = [];
    while (!this.#take(')')) {
      if (given.length) this.#expect(',');
      given.push(this.#or());
    }
    return FUNCTIONS[text](...given);
  }

  #beginsStep() {
    const { kind, text } = this.#next;
    return kind === 'name' || ['.', '..', '@', '*'].includes(text);
  }

  /**
   * @param {Evaluator | null} start  what they start from; null: the node itself
   * @param {boolean} [deep]  whether from all that is in it, too
   * @returns {Evaluator}
   */
  #steps(start, deep = false) {
    /** @type {Step[]} */
    const steps = deep ? [DEEP] : [];
    steps.push(this.#step());
    while (this.#next.text === '/' || this.#next.text === '//') {
      if (this.#take('//')) steps.push(DEEP);
      else this.#take('/');
      steps.push(this.#step());
    }
    if (!start && steps.length === 1) return (node) => steps[0].from(node);
    return (node, at, size) => {
      let reached = start ? nodes(start(node, at, size)) : [node];
      let nested = reached.length > 1;
      for (const step of steps) {
        if (reached.length === 1) {
          reached = step.from(reached[0]);
          nested = step.nested;
        } else {
          const next = reached.flatMap((one) => step.from(one));
          const inPlace = step.flat && !nested;
          reached = inPlace ? next : inOrder(next);
          nested = !inPlace;
        }
      }
      return reached;
    };
  }

  /** @returns {Step}  its nodes in the order of the document */
  #step() {
    if (this.#take('.')) return AXES.self;
    if (this.#take('..')) return AXES.parent;
    const { flat, nested, reverse, from } = this.#axis();
    const test = this.#nodeTest(from === AXES.attribute.from);
    const filters = this.#predicates();
    const found = (/** @type {XNode} */ node) => {
      let chosen = test ? from(node).filter(test) : from(node);
      for (const filter of filters) chosen = kept(chosen, filter);
      return reverse ? chosen.reverse() : chosen;
    };
    return { flat, nested, from: found };
  }

  /** @returns {AxisKind} */
  #axis() {
    if (this.#take('@')) return AXES.attribute;
    const { kind, text } = this.#next;
    if (kind !== 'name' || this.#tokens[this.#at + 1].text !== '::') return AXES.child;
    if (!Object.hasOwn(AXES, text)) throw this.#wrong();
    this.#at += 2;
    return AXES[text];
  }

  /**
   * @param {boolean} ofAttributes
   * @returns {((node: XNode) => boolean) | null}
   */
  #nodeTest(ofAttributes) {
    const type = ofAttributes ? 2 : 1;
    if (this.#take('*')) return (node) => node.nodeType === type;
    const { kind, text } = this.#next;
    if (kind !== 'name') throw this.#wrong();
    this.#at += 1;
    if (!this.#take('(')) return (node) => node.nodeName === text && node.nodeType === type;
    this.#expect(')');
    return text === 'text' ? (node) => node.nodeType === 3 : null;
  }

  /** @returns {Evaluator[]} */
  #predicates() {
    const found = [];
    while (this.#take('[')) {
      found.push(this.#or());
      this.#expect(']');
    }
    return found;
  }
}

const TYPES = new Set(['text', 'node']);

/**
 * @param {XNode[]} candidates  in the order of their axis
 * @param {Evaluator} filter
 */
function kept(candidates, filter) {
  const { length } = candidates;
  return candidates.filter((node, index) => {
    const value = filter(node, index + 1, length);
    return typeof value === 'number' ? value === index + 1 : truth(value);
  });
}

/**
 * @param {Evaluator} evaluator
 * @param {Evaluator[]} filters
 * @returns {Evaluator}
 */
function filtered(evaluator, filters) {
  return (node, at, size) => filters.reduce(kept, nodes(evaluator(node, at, size)));
}

/** @param {XNode} node */
function parentOf(node) {
  return node.parentNode ? [node.parentNode] : [];
}

/** @type {Axis} */
function above(node) {
  const found = [];
  for (let up = node.parentNode; up; up = up.parentNode) found.push(up);
  return found;
}

/** @type {Axis} */
function below(node) {
  return childrenOf(node).flatMap((/** @type {XNode} */ child) => [child, ...below(child)]);
}

/** @type {Axis} */
function childrenOf(node) {
  return node.childNodes ?? [];
}

/** @type {Axis} */
function behind(node) {
  const siblings = childrenOf(node.parentNode ?? node);
  return node.nodeType === 2 || !node.parentNode ? [] : siblings.slice(siblings.indexOf(node) + 1);
}

/** @type {Axis} */
function before(node) {
  const siblings = childrenOf(node.parentNode ?? node);
  return node.nodeType === 2 || !node.parentNode ? [] : siblings.slice(0, siblings.indexOf(node)).reverse();
}

/** @type {Axis} */
function after(node) {
  return [node, ...above(node)].flatMap((up) => behind(up).flatMap((one) => [one, ...below(one)]));
}

/** @type {Axis} */
function earlier(node) {
  return [node, ...above(node)].flatMap((up) => before(up).flatMap((one) => [one, ...below(one)].reverse()));
}

/** @type {Record<string, AxisKind>} */
const AXES = {
  self: { reverse: false, flat: true, nested: false, from: (node) => [node] },
  child: { reverse: false, flat: true, nested: false, from: childrenOf },
  attribute: { reverse: false, flat: true, nested: false, from: (node) => node.attributes ?? [] },
  parent: { reverse: false, flat: false, nested: false, from: parentOf },
  ancestor: { reverse: true, flat: false, nested: true, from: above },
  'ancestor-or-self': { reverse: true, flat: false, nested: true, from: (node) => [node, ...above(node)] },
  descendant: { reverse: false, flat: false, nested: true, from: below },
  'descendant-or-self': { reverse: false, flat: false, nested: true, from: (node) => [node, ...below(node)] },
  'following-sibling': { reverse: false, flat: false, nested: false, from: behind },
  'preceding-sibling': { reverse: true, flat: false, nested: false, from: before },
  following: { reverse: false, flat: false, nested: true, from: after },
  preceding: { reverse: true, flat: false, nested: true, from: earlier },
};
const DEEP = AXES['descendant-or-self'];

/** @param {XNode} node */
function rootOf(node) {
  return above(node).at(-1) ?? node;
}

/** @param {XNode[]} found */
function inOrder(found) {
  const paths = new Map(found.map((node) => [node, pathOf(node)]));
  return [...paths.keys()].sort((one, other) => comparePaths(paths.get(one) ?? [], paths.get(other) ?? []));
}

/**
 * @param {XNode} node
 * @returns {number[]} its place, from the root; attributes stand before children
 */
function pathOf(node) {
  const path = [];
  for (let at = /** @type {any} */ (node); at.parentNode; at = at.parentNode) {
    path.push(at.nodeType === 2 ? at.parentNode.attributes.indexOf(at) - at.parentNode.attributes.length : at.parentNode.childNodes.indexOf(at));
  }
  return path.reverse();
}

/**
 * @param {number[]} one
 * @param {number[]} other
 */
function comparePaths(one, other) {
  const at = one.findIndex((step, index) => step !== other[index]);
  if (at < 0) return one.length - other.length;
  return at < other.length ? one[at] - other[at] : 1;
}

/** Made once: the engine asks conditions for nodes first, all the time, and the trace of a new one costs more. */
const NO_NODES = new TypeError('an XPath that should give nodes does not');

/** @param {Value} value */
function nodes(value) {
  if (!Array.isArray(value)) throw NO_NODES;
  return value;
}

/** @param {Value} value */
function truth(value) {
  return Array.isArray(value) ? value.length > 0 : Boolean(value);
}

/** @param {Value} value */
function string(value) {
  return Array.isArray(value) ? (value[0]?.textContent ?? '') : String(value);
}

/** @param {Value} value */
function number(value) {
  if (typeof value === 'number' || typeof value === 'boolean') return Number(value);
  const text = string(value).trim();
  return /^-?(?:\d+(?:\.\d*)?|\.\d+)$/.test(text) ? Number(text) : NaN;
}

/** @type {Record<string, (one: any, other: any) => boolean>} */
const COMPARISONS = {
  '=': (one, other) => one === other,
  '!=': (one, other) => one !== other,
  '<': (one, other) => one < other,
  '>': (one, other) => one > other,
  '<=': (one, other) => one <= other,
  '>=': (one, other) => one >= other,
};
/** @type {Record<string, (one: number, other: number) => number>} */
const SUMS = { '+': (one, other) => one + other, '-': (one, other) => one - other };
/** @type {Record<string, (one: number, other: number) => number>} */
const PRODUCTS = { '*': (one, other) => one * other, div: (one, other) => one / other, mod: (one, other) => one % other };

/**
 * Section 3.4: sets of nodes are as one of theirs is.
 *
 * @param {Value} one
 * @param {Value} other
 * @param {(one: any, other: any) => boolean} test
 * @param {boolean} asNumbers
 * @returns {boolean}
 */
function compare(one, other, test, asNumbers) {
  if (Array.isArray(one)) {
    if (typeof other === 'boolean') return compare(truth(one), other, test, asNumbers);
    return one.some((node) => compare(node.textContent, other, test, asNumbers));
  }
  if (Array.isArray(other)) {
    if (typeof one === 'boolean') return compare(one, truth(other), test, asNumbers);
    return other.some((node) => compare(one, node.textContent, test, asNumbers));
  }
  if (!asNumbers && (typeof one === 'boolean' || typeof other === 'boolean')) return test(truth(one), truth(other));
  if (asNumbers || typeof one === 'number' || typeof other === 'number') return test(number(one), number(other));
  return test(one, other);
}

/**
 * @param {Evaluator | undefined} given  of a function that is of the node itself without
 * @returns {Evaluator}
 */
function orSelf(given) {
  return given ?? ((node) => [node]);
}

/**
 * @param {Evaluator[]} given
 * @param {(...texts: string[]) => Value} compute
 * @returns {Evaluator}
 */
function ofTexts(given, compute) {
  return (node, at, size) => compute(...given.map((one) => string(one(node, at, size))));
}

/**
 * @param {Evaluator} given
 * @param {(value: number) => number} compute
 * @returns {Evaluator}
 */
function ofNumber(given, compute) {
  return (node, at, size) => compute(number(given(node, at, size)));
}

/** Elements and attributes. */
const NAMED = new Set([1, 2]);

/**
 * @param {Evaluator | undefined} given
 * @returns {Evaluator}
 */
function nameOf(given) {
  const self = orSelf(given);
  return (node, at, size) => {
    const [first] = nodes(self(node, at, size));
    return first && NAMED.has(first.nodeType) ? first.nodeName : '';
  };
}

/** @type {Record<string, (...given: Evaluator[]) => Evaluator>} section 4 */
const FUNCTIONS = {
  last: () => (_node, _at, size) => size,
  position: () => (_, at) => at,
  count: (given) => (node, at, size) => nodes(given(node, at, size)).length,
  name: nameOf,
  'local-name': nameOf,
  string: (given) => ofTexts([orSelf(given)], (text) => text),
  concat: (...given) => ofTexts(given, (...texts) => texts.join('')),
  'starts-with': (...given) => ofTexts(given, (text, start) => text.startsWith(start)),
  contains: (...given) => ofTexts(given, (text, part) => text.includes(part)),
  'substring-before': (...given) => ofTexts(given, (text, part) => text.slice(0, Math.max(0, text.indexOf(part)))),
  'substring-after': (...given) => ofTexts(given, (text, part) => (text.includes(part) ? text.slice(text.indexOf(part) + part.length) : '')),
  substring: (given, from, length) => (node, at, size) => {
    const start = Math.round(number(from(node, at, size)));
    const end = length ? start + Math.round(number(length(node, at, size))) : Infinity;
    return [...string(given(node, at, size))].filter((_, index) => index + 1 >= start && index + 1 < end).join('');
  },
  'string-length': (given) => ofTexts([orSelf(given)], (text) => [...text].length),
  'normalize-space': (given) => ofTexts([orSelf(given)], (text) => text.trim().replace(/\s+/g, ' ')),
  translate: (...given) => ofTexts(given, translate),
  boolean: (given) => (node, at, size) => truth(given(node, at, size)),
  not: (given) => (node, at, size) => !truth(given(node, at, size)),
  true: () => () => true,
  false: () => () => false,
  number: (given) => ofNumber(orSelf(given), (value) => value),
  sum: (given) => (node, at, size) => nodes(given(node, at, size)).reduce((sum, one) => sum + number(one.textContent), 0),
  floor: (given) => ofNumber(given, Math.floor),
  ceiling: (given) => ofNumber(given, Math.ceil),
  round: (given) => ofNumber(given, Math.round),
};

/**
 * @param {string} text
 * @param {string} from
 * @param {string} to
 */
function translate(text, from, to) {
  const [old, young] = [[...from], [...to]];
  const put = (/** @type {string} */ letter) => (old.includes(letter) ? (young[old.indexOf(letter)] ?? '') : letter);
  return [...text].map(put).join('');
}

/** The kinds of results (https://dom.spec.whatwg.org/#xpathresult) that the engine asks for. */
const result = { STRING_TYPE: 2, BOOLEAN_TYPE: 3, ORDERED_NODE_ITERATOR_TYPE: 5 };

/** A result, with what the engine reads of it. */
class Result {
  #at = 0;
  #value;

  /** @param {Value} value */
  constructor(value) {
    this.#value = value;
  }

  iterateNext() {
    const next = nodes(this.#value)[this.#at];
    this.#at += 1;
    return next ?? null;
  }

  get booleanValue() {
    return truth(this.#value);
  }

  get stringValue() {
    return string(this.#value);
  }
}

/** As much of the interface of https://dom.spec.whatwg.org/#interface-xpathevaluator as the engine uses. */
export const xpath = {
  result,
  /**
   * @param {string} expression
   * @param {XNode} node
   * @param {unknown} _resolver
   * @param {number} type
   */
  evaluate(expression, node, _resolver, type) {
    const value = compile(expression)(node, 1, 1);
    return new Result(type === result.ORDERED_NODE_ITERATOR_TYPE ? nodes(value) : value);
  },
};
