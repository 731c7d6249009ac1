/**
 * A compiled formula in, the numbers beside its equations and its references to others out, as text.
 */

/**
 * @typedef {object} Label
 * @property {string} text
 * @property {string | null} anchor  the id that a number has, or the address that a reference goes to
 */

/**
 * @param {any} root
 * @returns {{tags: Label[], refs: Label[]}}
 */
export function numbersOf(root) {
  /** @type {{tags: Label[], refs: Label[]}} */
  const found = { tags: [], refs: [] };
  root.walkTree((/** @type {any} */ node) => {
    if (node.isKind('mlabeledtr')) {
      const [label] = node.childNodes;
      found.tags.push({ text: textOf(label).trim(), anchor: firstId(label) });
    } else if (node.attributes?.getExplicit('class') === 'MathJax_ref') {
      found.refs.push({ text: textOf(node).trim(), anchor: node.attributes.getExplicit('href') ?? null });
    }
  });
  return found;
}

/** @param {any} root */
function textOf(root) {
  let text = '';
  root.walkTree((/** @type {any} */ node) => {
    if (node.isToken) text += node.getText();
  });
  return text;
}

/** @param {any} root */
function firstId(root) {
  /** @type {string | null} */
  let id = null;
  root.walkTree((/** @type {any} */ node) => {
    id ??= node.attributes?.getExplicit('id') ?? null;
  });
  return id;
}
