/**
 * TeX in; what the worker's layouts of a display show, out: read from their pictures, in a tab.
 *
 * A line is a list of its characters (letters in their plain form), each with where it begins. The
 * rows of a table that is the whole formula are lines too; `/` stands between lines and rows further
 * inside. All lengths are in ex. `gaps` is what is free between the ink of lines and the next: with
 * the height of the higher of the two. `own` is the width that MathJax gives the formula when it is left
 * alone; `same`: the compiled formula is as it was before its breaks were looked for.
 */
async (tex) => {
  const EX = 442;
  const { makeDocument, makeOutput } = await import('/worker/mathjax.js');
  const { layouts } = await import('/worker/layout/layouts.js');
  const { handleRetriesFor } = window.MathJax._.mathjax.mathjax;
  const output = makeOutput({ displayOverflow: 'overflow' });
  const setup = { version: 'mathjax4', tex: {}, mathml: {}, asciimath: {} };

  /** Whether a line or a row of a table begins here, and whether it is one of the whole formula. */
  function begins({ dataset, parentElement, previousElementSibling }) {
    const inside = parentElement?.closest('[data-mml-node=mfrac], [data-mml-node=msqrt]');
    if (dataset.mjxLineno > 0) return inside ? '/' : '\n';
    if (!/^m(labeled)?tr$/.test(dataset.mmlNode) || !previousElementSibling) return '';
    const whole = parentElement.closest('[data-mml-node=mtable]').parentElement.children.length === 1;
    return whole && !inside ? '\n' : '/';
  }

  function read(svg) {
    const lines = [[]];
    const scale = svg.getCTM().a * EX;
    const walk = (node) => {
      const start = begins(node);
      if (start === '\n') lines.push([]);
      else if (start) lines.at(-1).push([start, 0]);
      for (const code of node.dataset.c?.split(',') ?? []) {
        const character = String.fromCodePoint(parseInt(code, 16)).normalize('NFKC');
        lines.at(-1).push([character, node.getCTM().e / scale]);
      }
      [...node.children].forEach(walk);
    };
    walk(svg);
    return lines;
  }

  /** How far down and up the ink of an element reaches; a stretched sign's is drawn in a window. */
  function ink(element) {
    if (/^(svg|path|use|rect|line)$/.test(element.localName)) {
      const { top, bottom, height } = element.getBoundingClientRect();
      return height ? [top, bottom] : [Infinity, -Infinity];
    }
    const parts = [...element.children].map(ink);
    return [Math.min(...parts.map(([top]) => top)), Math.max(...parts.map(([, bottom]) => bottom))];
  }

  function gaps(svg) {
    const scale = svg.getScreenCTM().a * EX;
    const found = [];
    for (const line of svg.querySelectorAll('[data-mjx-linebox] + [data-mjx-linebox]')) {
      const [above, below] = [ink(line.previousElementSibling), ink(line)];
      const height = Math.max(above[1] - above[0], below[1] - below[0]);
      found.push([(below[0] - above[1]) / scale, height / scale]);
    }
    return found;
  }

  function look({ dom, tag, width, height, depth, penalty, worst }) {
    const svg = dom.find(({ localName }) => localName === 'svg').real();
    document.body.replaceChildren(output.fontCache.getCache().real(), svg);
    const box = svg.getBBox();
    const [left, right] = [box.x / EX, (box.x + box.width) / EX];
    return { width, height: height + depth, penalty, worst, glyphs: read(svg), gaps: gaps(svg), left, right, numbered: tag !== null };
  }

  const doc = makeDocument(setup, output);
  const item = new doc.options.MathItem(tex, doc.inputJax[0], true);
  item.start.node = document.body;
  let found = [];
  await handleRetriesFor(() => item.compile(doc));
  const before = String(item.root);
  await handleRetriesFor(() => (found = layouts(item, doc)));
  const same = String(item.root) === before;
  const bare = makeDocument(setup, output);
  const alone = await handleRetriesFor(() => bare.convert(tex, { display: true }));
  const own = parseFloat(alone.firstChild.getAttribute('width'));
  return { own, same, layouts: found.map(look) };
};
