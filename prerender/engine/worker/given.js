/**
 * A compiled formula in; in it, the ids, classes and data that its author gives to parts of it get a
 * prefix: so they are none of the page, which its scripts and sheets look for, and none of ours.
 *
 * Python has links of the page's formulas lead to such ids (pipeline/given.py). What MathJax gives
 * itself, the anchors of equations and the class of references, stays.
 */

import { GIVEN_CLASS, GIVEN_DATA, GIVEN_ID } from './protocol.js';

/** `\htmlData` (katex.js), and what of it is a name. */
const DATA = /^data-kept-(.*)$/s;
const NAME = /^[\w-]+$/;

/** @param {any} root */
export function prefixGiven(root) {
  root.walkTree((/** @type {any} */ node) => {
    const { attributes } = node;
    if (!attributes) return;
    const id = attributes.getExplicit('id');
    if (id && !isAnchor(node)) attributes.set('id', GIVEN_ID + id);
    const classes = attributes.getExplicit('class');
    if (classes && classes !== 'MathJax_ref') attributes.set('class', prefixed(classes));
    for (const told of attributes.getExplicitNames()) {
      const name = DATA.exec(told)?.[1];
      if (name === undefined) continue;
      if (NAME.test(name)) attributes.set(`data-kept-${GIVEN_DATA}${name}`, attributes.getExplicit(told));
      attributes.unset(told);
    }
  });
}

/** @param {any} node  whether it is the cell of a number */
function isAnchor(node) {
  return node.isKind('mtd') && node.parent?.isKind('mlabeledtr') && node.parent.childNodes[0] === node;
}

/** @param {string} classes */
function prefixed(classes) {
  const names = classes.split(/\s+/).filter(Boolean);
  return names.map((name) => GIVEN_CLASS + name).join(' ');
}
