/**
 * Runs in a tab that has KaTeX, too: a set-up and formulas in; for each that KaTeX typesets, the
 * characters of both, with their variants and colours, or our error, out.
 */
async ({ setup, formulas }) => {
  const { makeDocument, makeOutput, scopesOf } = await import('/worker/mathjax.js');
  await Promise.all(setup.load.map((name) => window.MathJax.loader.load(name)));
  const output = makeOutput(setup.output);

  /** @param {string} tex */
  function theirs(tex) {
    const template = document.createElement('template');
    try {
      const options = { displayMode: tex.includes('{CD}'), output: 'mathml', trust: true, strict: 'ignore', macros: {} };
      template.innerHTML = window.katex.renderToString(tex, options);
    } catch {
      return null;
    }
    const found = [];
    const walk = (node, variant, color) => {
      if (node.nodeType === Node.TEXT_NODE) found.push([node.data, variant, color]);
      if (['annotation', 'mphantom'].includes(node.localName)) return;
      let own = node.getAttribute?.('mathvariant') ?? variant;
      if (node.localName === 'mi' && !node.hasAttribute('mathvariant')) {
        own = [...node.textContent].length === 1 ? 'italic' : 'normal';
      }
      for (const child of node.childNodes) walk(child, own, node.getAttribute?.('mathcolor') ?? color);
    };
    walk(template.content, '', '');
    return found;
  }

  /** @param {string} tex */
  async function ours(tex) {
    const doc = makeDocument(setup, output);
    const item = new doc.options.MathItem(tex, doc.inputJax[0], false);
    item.start.node = document.body;
    item.setMetrics(16, 7, 1280, 1280, 1);
    try {
      await window.MathJax._.mathjax.mathjax.handleRetriesFor(() => {
        scopesOf(doc).enter(0, tex);
        item.compile(doc);
      });
    } catch (error) {
      return { error: error.message ?? String(error) };
    }
    const found = [];
    let undefinedName = null;
    const walk = (node, color) => {
      if (node.isKind('text')) found.push([node.getText(), node.parent.attributes.get('mathvariant') ?? '', color]);
      if (node.isKind('mphantom')) return;
      const own = node.attributes?.getExplicit('mathcolor') ?? color;
      if (node.isKind('mtext') && own === 'red' && /^\\./.test(node.getText())) undefinedName = node.getText();
      for (const child of node.childNodes ?? []) walk(child, own);
    };
    walk(item.root, '');
    return { found, undefinedName };
  }

  const results = [];
  for (const tex of formulas) {
    const their = theirs(tex);
    if (their) results.push({ tex, theirs: their, ...(await ours(tex)) });
  }
  return results;
}
