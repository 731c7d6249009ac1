/** TeX of an inline formula in; the characters of its parts, between which a line may end, out: in a tab. */
async (tex) => {
  const { makeDocument, makeOutput } = await import('/worker/mathjax.js');
  const { depthsOfBreaks, joined } = await import('/worker/layout/inline.js');
  const { handleRetriesFor } = window.MathJax._.mathjax.mathjax;
  const setup = { version: 'mathjax4', tex: {}, mathml: {}, asciimath: {} };
  const doc = makeDocument(setup, makeOutput({}));
  const item = new doc.options.MathItem(tex, doc.inputJax[0], false);
  item.start.node = document.body;
  item.setMetrics(16, 7, 1e6, 1e6, 1);
  await handleRetriesFor(() => item.compile(doc));
  const drawn = await handleRetriesFor(() => doc.outputJax.typeset(item, doc));
  const characters = (node) => {
    const codes = node.getAttribute?.('data-c')?.split(',') ?? [];
    const own = codes.map((code) => String.fromCodePoint(parseInt(code, 16)).normalize('NFKC'));
    return [...own, ...(node.childNodes ?? []).map(characters)].join('');
  };
  const parts = drawn.childNodes
    .filter((node) => node.localName === 'svg')
    .map((svg) => ({
      width: Number(svg.getAttribute('viewBox').split(' ')[2]),
      content: characters(svg),
      break_before: svg.previousSibling?.localName === 'mjx-break' ? 0 : null,
    }));
  return joined(parts, depthsOfBreaks(item.root), (first, second) => first + second).map(({ content }) => content);
};
