/**
 * Alignments without their columns: each row becomes one line that may be broken like any other.
 * On a narrow screen a wide left side would leave the right sides no room.
 */

/** How far rows that start with a relation stand in from the left sides. */
const INDENT = '1em';
/** What stands between two pairs of columns, or a value and its condition. */
const BETWEEN = '1em';

/** The columns of align and split, of cases, of eqnarray. */
const ALIGNMENT = /^((right left ?)*(right)?|(left|center) left|(right|left) center left)$/;

const PROOF = ['bspr_proof', 'bspr_inferenceRule', 'bspr_axiom'];

/** The class of closing fences in MathJax's TEXCLASS. */
const CLOSE = 5;

/**
 * Makes nodes the children of another.
 *
 * @param {MJ.Node} parent
 * @param {MJ.Node[]} children
 */
export function adopt(parent, children) {
  parent.childNodes = children;
  for (const child of children) child.parent = parent;
}

/**
 * Whether the columns of a table only align formulas, so that it keeps its meaning without them: in
 * the others a cell's column says something.
 *
 * @param {MJ.Node} table
 */
export function isAlignment(table) {
  const { columnalign, columnlines } = table.attributes.getList('columnalign', 'columnlines');
  return ALIGNMENT.test(columnalign) && !/solid|dashed/.test(columnlines) && !isFenced(table) && !inProof(table);
}

/**
 * A table that is never broken: a matrix, a diagram.
 *
 * @param {MJ.Node} table
 */
export function isRigid(table) {
  const columns = Math.max(...table.childNodes.map((row) => row.childNodes.length));
  const centred = !/left|right/.test(table.attributes.get('columnalign'));
  return centred && (columns > 3 || (columns > 1 && isFenced(table)));
}

/**
 * What bussproofs makes of an inference, an axiom or a label: its shape is what it says.
 *
 * @param {MJ.Node} node
 */
export function isProof(node) {
  return PROOF.some((name) => node.getProperty(name) !== undefined);
}

/** @param {MJ.Node} node */
function inProof(node) {
  for (let up = node; up; up = up.parent) if (isProof(up)) return true;
  return false;
}

/**
 * Fences on both sides (cases has one).
 *
 * @param {MJ.Node} table
 */
function isFenced(table) {
  let node = table;
  while (node.parent && node.parent.childNodes.length === 1) node = node.parent;
  const siblings = node.parent?.childNodes ?? [];
  const next = siblings[siblings.indexOf(node) + 1];
  return Boolean(next?.isKind('mo') && next.getText() && next.texClass === CLOSE);
}

/**
 * Folds every alignment of a formula.
 * @param {MJ.Node} root   the compiled formula
 * @returns {(() => void) | null}   puts the columns back; null if there was nothing to fold
 */
export function fold(root) {
  /** @type {MJ.Node[]} */
  const tables = [];
  /** @type {[MJ.Node, number, number, number][]} */
  const spacing = [];
  root.walkTree((node) => {
    if (node.isKind('mtable') && isAlignment(node)) tables.push(node);
    spacing.push([node, node.texClass, node.prevClass, node.prevLevel]);
  });
  if (!tables.length) return null;
  const undo = tables.map(foldTable);
  return () => {
    for (const back of undo) back();
    // what stood before a token sets the space there, and MathJax does not forget it
    for (const [node, texClass, prevClass, prevLevel] of spacing) Object.assign(node, { texClass, prevClass, prevLevel });
  };
}

const FLAT = { columnalign: 'left', columnspacing: '0', columnwidth: 'auto', columnlines: 'none' };

/** @param {MJ.Node} table */
function foldTable(table) {
  const columns = table.attributes.get('columnalign').split(' ');
  const rows = table.childNodes.map(withChildren);
  const contents = rows.flatMap(([, cells]) => cells.map((cell) => withChildren(cell.childNodes[0])));
  const old = Object.keys(FLAT).map((name) => /** @type {const} */ ([name, table.attributes.getExplicit(name)]));
  for (const [row, children] of rows) {
    const label = row.isKind('mlabeledtr') ? 1 : 0;
    const cells = children.slice(label);
    if (cells.length) adopt(row, [...children.slice(0, label), foldCells(row, cells, columns)]);
  }
  table.attributes.setList(FLAT);
  return () => {
    for (const [parent, children] of [...rows, ...contents]) adopt(parent, children);
    for (const [name, value] of old) {
      if (value === undefined) table.attributes.unset(name);
      else table.attributes.set(name, value);
    }
  };
}

/**
 * @param {MJ.Node} node
 * @returns {[MJ.Node, MJ.Node[]]}
 */
function withChildren(node) {
  return [node, node.childNodes];
}

/**
 * One cell with all that the cells of a row show.
 *
 * @param {MJ.Node} row
 * @param {MJ.Node[]} cells
 * @param {string[]} columns
 */
function foldCells(row, cells, columns) {
  const create = (/** @type {string} */ kind, /** @type {MJ.Node} */ model) => {
    const node = row.factory.create(kind);
    Object.assign(node.attributes.getAllInherited(), model.attributes.getAllInherited());
    return node;
  };
  /** @type {MJ.Node[]} */
  const content = [];
  const pushSpace = (/** @type {MJ.Node} */ model, /** @type {string} */ width) => {
    const space = create('mspace', model);
    space.attributes.set('width', width);
    content.push(space);
  };
  let apart = false;
  cells.forEach((cell, i) => {
    const inner = cell.childNodes[0];
    apart ||= columns[i] === 'right' || columns[i - 1] === columns[i];
    if (inner.childNodes.every((child) => child.isEmpty || child.isKind('mspace'))) return;
    if (content.length && apart) pushSpace(inner, BETWEEN);
    else if (!content.length && i) pushSpace(inner, INDENT);
    apart = false;
    content.push(...inner.childNodes);
  });
  const cell = create('mtd', cells[0]);
  const inner = create('inferredMrow', cells[0].childNodes[0]);
  // not those of the column it had: that of a left side has its number at its last line
  cell.attributes.setList({ columnalign: 'left', 'data-vertical-align': 'top' });
  adopt(inner, content);
  adopt(cell, [inner]);
  return cell;
}
