/**
 * What MathJax draws, in; a tree of plain objects out, with as much of the DOM's interface as its SVG
 * output and our drawing use.
 *
 * Making the browser's own elements, which nobody looks at, took half of the time of a formula.
 */

const SVG = 'http://www.w3.org/2000/svg';

/** The size at which texts are measured. */
const LARGE = '500px';

/** A text node. */
export class LiteText {
  /** @param {string} text */
  constructor(text) {
    this.localName = '#text';
    this.textContent = text;
    /** @type {LiteElement | null} */
    this.parentNode = null;
  }

  cloneNode() {
    return new LiteText(this.textContent);
  }

  /** @returns {LiteElement | LiteText | null} */
  get nextSibling() {
    return this.parentNode?.beside(this, 1) ?? null;
  }
}

/** An element. */
export class LiteElement {
  /** @type {CSSStyleDeclaration | null} */
  #style = null;

  /**
   * What MathJax itself says as a style: of the box of a picture, and how a line is drawn.
   *
   * @type {Record<string, string>}
   */
  box = {};

  /** Where it is moved to, in its parent's units, and its size: before its `transform`. */
  x = 0;
  y = 0;
  scale = 1;

  /** @param {string} localName */
  constructor(localName) {
    this.localName = localName;
    /** @type {Map<string, string>} in the order in which they were set */
    this.attributes = new Map();
    /** @type {(LiteElement | LiteText)[]} */
    this.childNodes = [];
    /** @type {LiteElement | null} */
    this.parentNode = null;
  }

  /** What an author says in a `\\style`: the browser's object, which knows CSS. */
  get style() {
    this.#style ??= document.createElementNS(SVG, 'g').style;
    return this.#style;
  }

  get firstChild() {
    return this.childNodes[0] ?? null;
  }

  /** @returns {LiteElement | LiteText | null} */
  get lastChild() {
    return this.childNodes.at(-1) ?? null;
  }

  /** @returns {LiteElement | LiteText | null} */
  get nextSibling() {
    return this.parentNode?.beside(this, 1) ?? null;
  }

  /** @returns {LiteElement | LiteText | null} */
  get previousSibling() {
    return this.parentNode?.beside(this, -1) ?? null;
  }

  /** @returns {string} */
  get textContent() {
    return this.childNodes.map((child) => child.textContent).join('');
  }

  get classes() {
    return new Set(this.getAttribute('class')?.split(' '));
  }

  /** @param {string} name */
  getAttribute(name) {
    return this.attributes.get(name) ?? null;
  }

  /** @param {string} name */
  hasAttribute(name) {
    return name === 'style' ? this.#style !== null : this.attributes.has(name);
  }

  /**
   * @param {string} name
   * @param {unknown} value
   */
  setAttribute(name, value) {
    if (name === 'style') this.style.cssText = String(value);
    else this.attributes.set(name, String(value));
    if (name === 'transform') this.resize(1);
  }

  /**
   * Moves it, with all that its transform does.
   *
   * @param {number} x
   * @param {number} y
   */
  move(x, y) {
    this.x += x;
    this.y += y;
  }

  /**
   * Gives it a scale as its only transform.
   *
   * @param {number} scale
   */
  resize(scale) {
    this.x = 0;
    this.y = 0;
    this.scale = scale;
  }

  /** @param {string} name */
  removeAttribute(name) {
    this.attributes.delete(name);
  }

  /** @param {LiteElement | LiteText} child */
  appendChild(child) {
    child.parentNode?.removeChild(child);
    child.parentNode = this;
    this.childNodes.push(child);
    return child;
  }

  /**
   * @param {LiteElement | LiteText} child
   * @param {LiteElement | LiteText} before
   */
  insertBefore(child, before) {
    child.parentNode?.removeChild(child);
    child.parentNode = this;
    this.childNodes.splice(this.childNodes.indexOf(before), 0, child);
    return child;
  }

  /** @param {LiteElement | LiteText} child */
  removeChild(child) {
    this.childNodes.splice(this.childNodes.indexOf(child), 1);
    child.parentNode = null;
    return child;
  }

  /** @param {boolean} deep */
  cloneNode(deep) {
    const copy = new LiteElement(this.localName);
    copy.attributes = new Map(this.attributes);
    Object.assign(copy, { box: { ...this.box }, x: this.x, y: this.y, scale: this.scale });
    if (this.#style) copy.style.cssText = this.#style.cssText;
    if (deep) for (const child of this.childNodes) copy.appendChild(child.cloneNode(true));
    return copy;
  }

  /** Nobody clicks here: `\toggle` and tooltips. */
  addEventListener() {}

  /**
   * @param {LiteElement | LiteText} child
   * @param {number} step
   */
  beside(child, step) {
    return this.childNodes[this.childNodes.indexOf(child) + step] ?? null;
  }

  /**
   * The first element in it, in document order, that passes a test.
   *
   * @param {(node: LiteElement) => boolean} test
   * @returns {LiteElement | null}
   */
  find(test) {
    for (const child of this.childNodes) {
      if (!(child instanceof LiteElement)) continue;
      const found = test(child) ? child : child.find(test);
      if (found) return found;
    }
    return null;
  }

  /**
   * The same where there is one.
   *
   * @param {(node: LiteElement) => boolean} test
   */
  get(test) {
    const found = this.find(test);
    if (!found) throw new Error(`There is nothing in <${this.localName}> of what MathJax draws there`);
    return found;
  }

  /** The first element that it has, which there is. */
  get firstElement() {
    const first = this.firstChild;
    if (!(first instanceof LiteElement)) throw new Error(`There is nothing in <${this.localName}>`);
    return first;
  }

  /** @returns {SVGElement} the same in the browser's DOM */
  real() {
    const element = document.createElementNS(SVG, this.localName);
    for (const [name, value] of this.attributes) element.setAttribute(name, value);
    if (this.x || this.y || this.scale !== 1) {
      const rest = this.getAttribute('transform') ?? '';
      element.setAttribute('transform', `translate(${this.x} ${this.y}) scale(${this.scale}) ${rest}`);
    }
    if (this.#style) element.style.cssText = this.#style.cssText;
    element.append(...this.childNodes.map((child) => (child instanceof LiteElement ? child.real() : child.textContent)));
    return element;
  }
}

/**
 * MathJax's adaptor for plain nodes.
 *
 * @param {MJ.Class} HTMLAdaptor  its adaptor for browsers
 */
export function sketchAdaptor(HTMLAdaptor) {
  return new (class extends HTMLAdaptor {
    /** @param {string} kind */
    create(kind) {
      return new LiteElement(kind);
    }

    /**
     * @param {string} kind
     * @param {Record<string, any>} given  its attributes, and its style as an object or a text
     * @param {(LiteElement | LiteText)[]} children
     */
    node(kind, given = {}, children = []) {
      const node = new LiteElement(kind);
      for (const name in given) {
        if (name === 'style' && typeof given.style === 'object') Object.assign(node.box, given.style);
        else if (name !== 'properties') node.setAttribute(name, given[name]);
      }
      for (const child of children) node.appendChild(child);
      return node;
    }

    /**
     * @param {LiteElement} node
     * @param {string} name  with hyphens or without
     * @param {string} value
     */
    setStyle(node, name, value) {
      node.box[name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)] = value;
    }

    /**
     * @param {LiteElement} node
     * @param {string} name
     */
    getStyle(node, name) {
      return node.box[name] ?? '';
    }

    /** @param {string} text */
    text(text) {
      return new LiteText(text);
    }

    /** Where MathJax puts what it measures. */
    body() {
      return new LiteElement('body');
    }

    /** @param {LiteElement | LiteText} node */
    kind(node) {
      return node.localName;
    }

    /**
     * @param {LiteElement} node
     * @param {string} name
     */
    addClass(node, name) {
      node.setAttribute('class', [...node.classes.add(name)].join(' '));
    }

    /**
     * @param {LiteElement | LiteText} node
     * @param {boolean} deep
     */
    clone(node, deep = true) {
      if (node instanceof Node) throw new Error('There is no way to draw HTML in a static page');
      return node.cloneNode(deep);
    }

    /**
     * Only a browser knows how far characters go that MathJax's fonts lack: that of large ones, since
     * small ones may be fitted to the pixels of this screen. What they draw beyond it is no matter.
     *
     * @param {LiteElement} node  a text, the only child of its parent
     * @param {number} em
     * @returns {[number, number]} its width, in em, and a height that nobody asks for
     */
    nodeSize(node, em) {
      const real = (node.parentNode ?? node).real();
      real.style.fontSize = LARGE;
      document.body.append(real);
      try {
        return [/** @type {SVGTextElement} */ (real.firstChild).getComputedTextLength() / em, 0];
      } finally {
        real.remove();
      }
    }
  })(window);
}
