/**
 * A compiled formula in, the numbers beside its equations and its references to others out, as text.
 *
 * A number that shows nothing (`\notag`, `\tag*{}`) is none.
 */

/** @typedef {import('./protocol.js').Label} Label */

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
      found.tags.push([textOf(label).trim(), firstId(label)]);
    } else if (node.attributes?.getExplicit('class') === 'MathJax_ref') {
      found.refs.push([textOf(node).trim(), node.attributes.getExplicit('href') ?? null]);
    }
  });
  return found;
}

/**
 * Rows with a number that shows nothing become rows without one.
 *
 * @param {any} root
 */
export function dropEmptyNumbers(root) {
  /** @type {any[]} */
  const rows = [];
  root.walkTree((/** @type {any} */ node) => {
    if (node.isKind('mlabeledtr') && showsNothing(node.childNodes[0])) rows.push(node);
  });
  for (const row of rows) row.parent.replaceChild(unnumbered(row), row);
}

/** @param {any} label  the cell of a number */
function showsNothing(label) {
  let nothing = true;
  label.walkTree((/** @type {any} */ node) => {
    nothing &&= !INK.has(node.kind) && !(node.isToken && node.getText().trim());
  });
  return nothing;
}

/** What draws, or takes room, without a text of its own. */
const INK = new Set(['mfrac', 'msqrt', 'mroot', 'menclose', 'mtable', 'mphantom', 'mglyph']);

/**
 * The same row without its number; a link to that goes to the row's first cell.
 *
 * @param {any} row
 */
function unnumbered(row) {
  const [label, ...cells] = row.childNodes;
  const id = firstId(label);
  if (id && cells.length && !EMPTY_ID.test(id)) cells[0].attributes.set('id', id);
  const plain = row.factory.create('mtr', row.attributes.getAllAttributes(), cells);
  Object.assign(plain.attributes.getAllInherited(), row.attributes.getAllInherited());
  return plain;
}

/** MathJax's for a number that has no text. */
const EMPTY_ID = /:$/;

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
