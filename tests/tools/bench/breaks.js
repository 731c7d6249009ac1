/**
 * A page of displays, each in a block with an id, in; of each block where its lines are broken, out.
 *
 * Of what prerender made: `y`, where the baselines of the glyphs stand, in the formula's order, and
 * `width` of all that is seen. Of what MathJax made: `lines`, the glyphs of each line, and `all`.
 */
(mathjax) => {
  const DRAWN = /^(path|rect|line|polygon|text)$/;
  const UNSEEN = /^(defs|symbol|desc|title|metadata|style)$/;

  function baselines(element, matrix, out) {
    if (UNSEEN.test(element.localName)) return;
    const own = element.localName !== 'svg' && element.transform?.baseVal.consolidate()?.matrix;
    const here = own ? matrix.multiply(DOMMatrix.fromMatrix(own)) : matrix;
    if (element.localName === 'use') {
      const to = document.getElementById((element.getAttribute('href') ?? element.getAttribute('xlink:href')).slice(1));
      baselines(to, here.translate(element.x.baseVal.value, element.y.baseVal.value), out);
    } else if (DRAWN.test(element.localName)) out.push(here.f);
    else for (const child of element.children) baselines(child, here, out);
  }

  function ours(block) {
    const seen = [...block.querySelectorAll('svg')].filter(
      (svg) => !svg.parentElement.closest('svg') && svg.getBoundingClientRect().height,
    );
    const y = [];
    for (const svg of seen) {
      for (const child of svg.children) baselines(child, DOMMatrix.fromMatrix(svg.getScreenCTM()), y);
    }
    return { y, width: Math.max(0, ...seen.map((svg) => svg.getBoundingClientRect().width)) };
  }

  function theirs(block) {
    const count = (element) => element.querySelectorAll('path, rect, line, polygon').length;
    const lines = [...block.querySelectorAll('[data-mjx-linebox]')].filter(
      (line) => !line.parentElement.closest('[data-mjx-linebox]'),
    );
    return { lines: lines.map(count), all: count(block) };
  }

  const blocks = [...document.querySelectorAll('div[id]')];
  return Object.fromEntries(blocks.map((block) => [block.id, (mathjax ? theirs : ours)(block)]));
};
