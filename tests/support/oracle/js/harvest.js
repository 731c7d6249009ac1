// Reads what the engines of the page have typeset: an array of formulas in document order.
() => {
  // One formula: {tex, display, input, tags, refs, error}; a mark is {text, anchor}.
  const mark = (text, anchor) => ({text: text.trim(), anchor: anchor || null});

  const walk = (node, visit) => {
    if (!node) return;
    visit(node);
    for (const child of node.childNodes ?? node.data ?? []) {
      if (typeof child === 'object') walk(child, visit);
    }
  };

  const inDocumentOrder = (entries) => entries.sort(([a], [b]) => (
    a === b ? 0 : a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1));

  // What an engine, or reveal.js, left for screen readers is no formula of the page, though a second
  // look finds it.
  const isOwn = (node) => Boolean(node.parentElement?.closest('mjx-assistive-mml, .katex-mathml, .aria-status'));

  // MathJax 3 and 4 -----------------------------------------------------------------------------

  const modern = {
    text(node) {
      let text = '';
      walk(node, (part) => { if (part.isKind('text')) text += part.getText(); });
      return text;
    },
    attribute: (node, name) => node.attributes?.getExplicit(name),
    kind: (node) => node.kind,
    children: (node) => node.childNodes,
  };

  // MathJax 2 -----------------------------------------------------------------------------------

  const legacy = {
    text(node) {
      if (node.isToken) return node.data.join('');
      return (node.data ?? []).map((part) => part ? legacy.text(part) : '').join('');
    },
    attribute: (node, name) => node[name],
    kind: (node) => node.type,
    children: (node) => node.data,
  };

  // The tags, references and the error in a formula's MathML tree.
  const look = (root, tree) => {
    const seen = {tags: [], refs: [], error: null};
    walk(root, (node) => {
      const kind = tree.kind(node);
      if (kind === 'mlabeledtr') {
        const label = tree.children(node)[0];
        let anchor = null;
        walk(label, (part) => { anchor ??= tree.attribute(part, 'id'); });
        seen.tags.push(mark(tree.text(label), anchor));
      } else if (tree.attribute(node, 'class') === 'MathJax_ref') {
        seen.refs.push(mark(tree.text(node), tree.attribute(node, 'href')));
      } else if (kind === 'merror') {
        seen.error ??= tree.attribute(node, 'data-mjx-error') ?? tree.text(node);
      }
    });
    return seen;
  };

  const fromModern = (doc) => inDocumentOrder([...doc.math]
    .filter((item) => item.display !== null) // null: an escaped character
    .map((item) => [item.typesetRoot ?? item.start.node, item])
    .filter(([node]) => !isOwn(node)))
    .map(([, item]) => ({
      tex: item.math,
      display: item.display,
      input: item.inputJax.name.toLowerCase(),
      ...look(item.root, modern),
    }));

  const fromLegacy = (hub) => {
    const messages = new Map();
    hub.signal.Interest(([kind, message, , , script]) => {
      if (kind === 'TeX Jax - parse error') messages.set(script, message);
    });
    return [...document.scripts].filter((script) => !isOwn(script)).flatMap((script) => {
      const {elementJax, error} = script.MathJax ?? {};
      const jax = elementJax ?? error; // error: MathJax itself failed
      if (!jax) return [];
      const seen = look(jax.root, legacy);
      return [{
        tex: jax.originalText,
        display: jax.root ? jax.root.Get('display') === 'block' : /mode=display/.test(script.type),
        input: jax.inputJax.toLowerCase(),
        ...seen,
        error: error?.errorText ?? (seen.error && (messages.get(script) ?? seen.error)),
      }];
    });
  };

  // KaTeX ---------------------------------------------------------------------------------------

  // KaTeX numbers equations by a CSS counter: the text of such a tag is its place among them.
  const fromKatex = (calls) => {
    let equations = 0;
    const tags = (element) => [...element.querySelectorAll(':is(.katex-tag, .tag) :is(.eqn-num, .text)')]
      .map((tag) => mark(tag.matches('.eqn-num') ? `(${++equations})` : tag.textContent));
    const shown = new Map([...document.querySelectorAll('[data-oracle]')]
      .map((element) => [Number(element.dataset.oracle), element]));
    const failure = (element) => (
      element?.matches('.katex-error') ? element : element?.querySelector('.katex-error'))?.title;
    const seen = (number) => ({
      tex: calls[number].tex,
      display: calls[number].display,
      input: 'tex',
      tags: shown.has(number) ? tags(shown.get(number)) : [],
      refs: [],
      error: calls[number].error ?? failure(shown.get(number)) ?? null,
    });
    const order = [...shown.keys()];
    calls.forEach((call, number) => {
      if (call.error) order.splice(order.indexOf(number - 1) + 1, 0, number);
    });
    return order.map(seen);
  };

  const {startup, Hub} = window.MathJax ?? {};
  const katex = fromKatex(window.__oracle.calls);
  if (startup?.document) return [...fromModern(startup.document), ...katex];
  return Hub?.getAllJax ? [...fromLegacy(Hub), ...katex] : katex;
}
