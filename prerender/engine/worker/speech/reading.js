/**
 * MathJax's tree of a formula in, the tree that the speech rule engine reads out: what it would get
 * as MathML from MathJax's explorer, without writing and parsing it.
 */

import { TreeElement, TreeText } from './tree.js';

/** What the engine takes for nothing between tags. */
const BLANK = /^[ \f\n\r\t\v\u200b]*$/;

/** @type {any} */
let visitor = null;

/**
 * @param {MJ.Node} root
 * @returns {TreeElement}
 */
export function readingOf(root) {
  visitor ??= new (makeVisitor())(window.MathJax.startup.document.mmlFactory);
  const above = new TreeElement('above');
  visitor.visitNode(root, above);
  return /** @type {TreeElement} */ (above.removeChild(above.childNodes[0]));
}

/**
 * MathJax's visitor knows names and attributes of MathML (ts/core/MmlTree/MmlVisitor.ts).
 *
 * @returns {MJ.Class}
 */
function makeVisitor() {
  const { SerializedMmlVisitor } = window.MathJax._.core.MmlTree.SerializedMmlVisitor;
  return class extends SerializedMmlVisitor {
    /**
     * @param {MJ.Node} node
     * @param {TreeElement} parent
     */
    visitTextNode(node, parent) {
      const text = node.getText();
      if (!BLANK.test(text)) parent.appendChild(new TreeText(text));
    }

    visitXMLNode() {}

    visitHtmlNode() {}

    /**
     * @param {MJ.Node} node
     * @param {TreeElement} parent
     */
    visitInferredMrowNode(node, parent) {
      for (const child of node.childNodes) this.visitNode(child, parent);
    }

    /**
     * @param {MJ.Node} node
     * @param {TreeElement} parent
     */
    visitAnnotationNode(node, parent) {
      this.visitDefault(node, parent);
    }

    /**
     * @param {MJ.Node} node
     * @param {TreeElement} parent
     */
    visitDefault(node, parent) {
      const element = new TreeElement(this.getKind(node));
      const attributes = this.getAttributeList(node);
      for (const name in attributes) if (name !== 'data-latex') element.setAttribute(name, attributes[name]);
      parent.appendChild(element);
      for (const child of node.childNodes) this.visitNode(child, element);
    }
  };
}
