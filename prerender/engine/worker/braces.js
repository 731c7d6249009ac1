/**
 * MathJax's tables in; tables out whose braces beside all rows (numcases, empheq) stay as high as the
 * rows, when these are broken into lines.
 *
 * MathJax sizes such a brace by copies of the table that it draws nowhere: one of all rows, one of the
 * first. They stand in a cell of the first row, in boxes without height.
 */

/** Mends MathJax's tables. */
export function bracesAsHighAsRows() {
  const { SvgMtable } = window.MathJax._.output.svg.Wrappers.mtable;
  const { stretchRows } = SvgMtable.prototype;
  SvgMtable.prototype.stretchRows = function stretch() {
    stretchRows.call(this);
    const [first] = this.tableRows;
    for (const cell of first?.childNodes ?? []) follow(cell, this.getTableData());
  };
}

/**
 * Gives the copies in a cell the heights of the rows, and stretches what stands beside them.
 *
 * @param {any} cell  wrapper
 * @param {{H: number[], D: number[]}} rows  the heights and depths of the table's rows
 */
function follow(cell, { H, D }) {
  for (const copy of copiesIn(cell)) {
    const data = copy.getTableData();
    if (data.H.length > H.length) continue;
    data.H = H.slice(0, data.H.length);
    data.D = D.slice(0, data.D.length);
    copy.invalidateBBox();
    for (let up = copy.parent; up !== cell; up = up.parent) up.stretchChildren?.();
  }
}

/**
 * @param {any} cell  wrapper
 * @returns {any[]} wrappers of the copies in it
 */
function copiesIn(cell) {
  const block = cell.childNodes[0]?.childNodes[0];
  if (!block?.node.isKind('mpadded') || block.node.attributes.getExplicit('voffset') !== 'height') return [];
  /** @type {any[]} */
  const copies = [];
  block.walkTree((/** @type {any} */ wrapper) => {
    if (wrapper.node.isKind('mtable') && isHidden(wrapper)) copies.push(wrapper);
  });
  return copies;
}

/** @param {any} wrapper */
function isHidden({ parent }) {
  return parent.parent.node.isKind('mpadded') && parent.parent.parent.parent.node.isKind('mphantom');
}
