/**
 * Serialises any value that a page has made to JSON text.
 *
 * Loaded before the page's scripts: it saves the built-ins that it needs, so that nothing the scripts
 * do to them (`JSON`, `Array.prototype`, `toJSON`) affects it. It only concatenates strings, because
 * arrays and objects of ours could have setters of theirs.
 */

const { apply, getOwnPropertyDescriptor, ownKeys } = Reflect;
const { isArray } = Array;
const { stringify } = JSON;
const { toString: textOf } = Function.prototype;
const patternOf = getterOf(RegExp.prototype, 'source');
const flagsOf = getterOf(RegExp.prototype, 'flags');
const nodeTypeOf = getterOf(Node.prototype, 'nodeType');
const { has: isIn } = WeakSet.prototype;
const Parse = Function;

const DEPTH = 40;

/**
 * Returns the getter of a built-in prototype's property, independent of later changes by scripts.
 *
 * @param {object} prototype
 * @param {string} name
 * @returns {(this: unknown) => any}
 */
export function getterOf(prototype, name) {
  const read = getOwnPropertyDescriptor(prototype, name)?.get;
  if (!read) throw new Error(`There is no ${name}`);
  return read;
}

/** An error in a page's configuration; the message is for its author. */
export class Problem extends Error {}

/**
 * Functions become {"$function": source}, regular expressions {"$regexp": source}; values that JSON
 * cannot represent (nodes, symbols, infinity) become null.
 *
 * @param {unknown} value
 * @param {number} limit  characters
 * @param {WeakSet<object>} opaque  objects that become null
 * @returns {string}
 * @throws {Problem} for what is too large, too deep, or has getters
 */
export function serialise(value, limit, opaque) {
  let left = limit;

  /** @param {string} text */
  function take(text) {
    left -= text.length;
    if (left < 0) throw new Problem(`the configuration is larger than ${limit} characters`);
    return text;
  }

  /** @param {string} text */
  function quote(text) {
    if (text.length > left) take(text);
    return take(stringify(text));
  }

  /** @param {string | null} source */
  const tagged = (tag, source) => (source === null ? take('null') : `{"${tag}":${quote(source)}}`);

  /** @param {object} object */
  function writeObject(object, depth) {
    if (apply(isIn, opaque, [object]) || isNode(object)) return take('null');
    const pattern = regExpText(object);
    if (pattern !== null) return tagged('$regexp', pattern);
    if (depth > DEPTH) throw new Problem('the configuration is nested too deep');
    const list = isArray(object);
    const keys = ownKeys(object);
    let text = '';
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i];
      const property = typeof key === 'string' && getOwnPropertyDescriptor(object, key);
      if (!property || !property.enumerable) continue;
      if (key === '$function' || key === '$regexp' || key === '$computes') throw new Problem(`the configuration has ${key}`);
      if (property.get || property.set) throw new Problem(`the configuration has a getter: ${key}`);
      const name = list ? '' : `${quote(key)}:`;
      text += `${text && ','}${name}${write(property.value, depth + 1)}`;
    }
    return list ? `[${text}]` : `{${text}}`;
  }

  /** @param {unknown} item */
  function write(item, depth) {
    if (typeof item === 'string') return quote(item);
    if (typeof item === 'boolean') return take(item ? 'true' : 'false');
    if (typeof item === 'number') return take(item - item === 0 ? `${item}` : 'null');
    if (typeof item === 'function' && !apply(isIn, opaque, [item])) {
      return tagged('$function', functionText(item));
    }
    if (typeof item === 'object' && item !== null) return writeObject(item, depth);
    return take('null');
  }

  return write(value, 0);
}

/** @param {object} object */
function isNode(object) {
  if (object === window) return true;
  try {
    apply(nodeTypeOf, object, []);
    return true;
  } catch {
    return false;
  }
}

/** @param {object} object */
function regExpText(object) {
  try {
    return `/${apply(patternOf, object, [])}/${apply(flagsOf, object, [])}`;
  } catch {
    return null;
  }
}

/**
 * Returns the source of a function as an expression (a method's lacks `function`); null if there is
 * none.
 *
 * @param {Function} item
 */
function functionText(item) {
  const text = apply(textOf, item, []);
  return isExpression(text) ? text : isExpression(`function ${text}`) ? `function ${text}` : null;
}

/** @param {string} text */
function isExpression(text) {
  try {
    return Boolean(new Parse(`return (${text}\n)`));
  } catch {
    return false;
  }
}
