/**
 * Names and texts in, trees of plain objects out, with as much of XML's DOM as the speech rule engine
 * uses: it reads a formula in one such tree, and applies its rules to another.
 *
 * Its own library for that (xmldom) parses texts, keeps live lists, and takes longer than the rules.
 */

/** An attribute. */
export class Attribute {
  nodeType = 2;

  /**
   * @param {TreeElement} owner
   * @param {string} name
   * @param {string} value
   */
  constructor(owner, name, value) {
    this.parentNode = owner;
    this.name = name;
    this.value = value;
  }

  get nodeName() {
    return this.name;
  }

  get nodeValue() {
    return this.value;
  }

  get textContent() {
    return this.value;
  }
}

/** A text. */
export class TreeText {
  nodeType = 3;
  nodeName = '#text';

  /** @param {string} text */
  constructor(text) {
    this.textContent = text;
    /** @type {TreeElement | null} */
    this.parentNode = null;
  }

  get nextSibling() {
    return beside(this, 1);
  }

  get previousSibling() {
    return beside(this, -1);
  }
}

/** An element; names have no namespaces. */
export class TreeElement {
  nodeType = 1;
  /** @type {TreeElement | null} */
  parentNode = null;
  /** @type {(TreeElement | TreeText)[]} */
  childNodes = [];
  /** @type {Attribute[]} */
  attributes = [];

  /** @param {string} name */
  constructor(name) {
    this.tagName = name;
  }

  get nodeName() {
    return this.tagName;
  }

  get ownerDocument() {
    return factory;
  }

  get firstChild() {
    return this.childNodes[0] ?? null;
  }

  get nextSibling() {
    return beside(this, 1);
  }

  get previousSibling() {
    return beside(this, -1);
  }

  /** @returns {string} */
  get textContent() {
    if (this.childNodes.length === 1) return this.childNodes[0].textContent;
    return this.childNodes.map((child) => child.textContent).join('');
  }

  set textContent(text) {
    for (const child of this.childNodes) child.parentNode = null;
    this.childNodes = [];
    if (text) this.appendChild(new TreeText(text));
  }

  /** @param {string} name */
  attribute(name) {
    for (const one of this.attributes) if (one.name === name) return one;
    return null;
  }

  /** @param {string} name */
  getAttribute(name) {
    return this.attribute(name)?.value ?? null;
  }

  /** @param {string} name */
  hasAttribute(name) {
    return this.attribute(name) !== null;
  }

  /**
   * @param {string} name
   * @param {string} value
   */
  setAttribute(name, value) {
    const known = this.attribute(name);
    if (known) known.value = String(value);
    else this.attributes.push(new Attribute(this, name, String(value)));
  }

  /** @param {string} name */
  removeAttribute(name) {
    this.attributes = this.attributes.filter((one) => one.name !== name);
  }

  /** @param {TreeElement | TreeText} child */
  appendChild(child) {
    child.parentNode?.removeChild(child);
    child.parentNode = this;
    this.childNodes.push(child);
    return child;
  }

  /**
   * @param {TreeElement | TreeText} child
   * @param {TreeElement | TreeText} next
   */
  insertBefore(child, next) {
    child.parentNode?.removeChild(child);
    child.parentNode = this;
    this.childNodes.splice(this.childNodes.indexOf(next), 0, child);
    return child;
  }

  /** @param {TreeElement | TreeText} child */
  removeChild(child) {
    this.childNodes.splice(this.childNodes.indexOf(child), 1);
    child.parentNode = null;
    return child;
  }
}

/** What an element is the root of: conditions may ask for the parent even of that. */
class TreeDocument {
  nodeType = 9;
  nodeName = '#document';
  parentNode = null;

  /** @param {TreeElement} root */
  constructor(root) {
    this.documentElement = root;
    this.childNodes = [root];
  }

  removeChild() {
    this.childNodes = [];
  }
}

/**
 * A tree as a document.
 *
 * @param {TreeElement} root
 */
export function rooted(root) {
  const made = new TreeDocument(root);
  root.parentNode = /** @type {any} */ (made);
  return made;
}

/**
 * @param {TreeElement | TreeText} node
 * @param {number} step
 */
function beside(node, step) {
  const siblings = node.parentNode?.childNodes ?? [];
  return siblings[siblings.indexOf(node) + step] ?? null;
}

/** What makes nodes. */
const factory = {
  /** @param {string} name */
  createElement(name) {
    return new TreeElement(name);
  },

  /**
   * @param {string} _
   * @param {string} name
   */
  createElementNS(_, name) {
    return new TreeElement(name);
  },

  /** @param {string} text */
  createTextNode(text) {
    return new TreeText(text);
  },
};

/** @type {Map<string, TreeElement>} trees that are handed over by a name */
const given = new Map();

/**
 * Has the engine "parse" a tree that is there already.
 *
 * @template T
 * @param {TreeElement} tree
 * @param {(text: string) => T} use  is given a text that stands for it
 */
export function handOver(tree, use) {
  given.set('given', tree);
  try {
    return use('<given/>');
  } finally {
    given.delete('given');
  }
}

/** Parses what the engine has parsed: an empty element, or the name of a tree. */
class DOMParser {
  /** @param {string} text */
  parseFromString(text) {
    const [, name] = /^<(\w+)\/?>/.exec(text) ?? [];
    if (!name) throw new Error('there is nothing here that parses XML');
    return rooted(given.get(name) ?? new TreeElement(name));
  }
}

let written = 0;
/** @type {WeakMap<object, string>} */
const texts = new WeakMap();

/** What the engine "serializes" becomes a key of what it remembers of an element: any will do. */
class XMLSerializer {
  /** @param {TreeElement} element */
  serializeToString(element) {
    const text = texts.get(element) ?? `#${(written += 1)}`;
    texts.set(element, text);
    return text;
  }
}

/** As much of xmldom as the engine uses. */
export const xmldom = { DOMParser, XMLSerializer };
export { factory as document };
