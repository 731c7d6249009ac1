// Runs before any script of the page: keeps a record of every call of KaTeX,
// and turns off MathJax 4's speech, which is slow and changes no formula.
(() => {
  const calls = [];

  // Marks the first element of some HTML with the number of the call that made it.
  const marked = (html, number) => html.replace(/^<\w+/, `$& data-oracle="${number}"`);

  // Notes one call, with the error if it throws.
  const record = (tex, options, typeset) => {
    const call = {tex: String(tex), display: Boolean(options?.displayMode), error: null};
    const number = calls.push(call) - 1;
    try {
      return typeset(number);
    } catch (error) {
      call.error = error.message;
      throw error;
    }
  };

  // Gives back KaTeX with its two entry points recording what they are called with.
  const watchKatex = (katex) => {
    const {render, renderToString} = katex;
    katex.render = (tex, element, options) => record(tex, options, (number) => {
      render(tex, element, options);
      element.dataset.oracle = number;
    });
    katex.renderToString = (tex, options) => record(tex, options,
      (number) => marked(renderToString(tex, options), number));
    return katex;
  };

  Object.defineProperty(window, '__oracle', {value: {calls, watchKatex}});

  try {
    const menu = {enrich: false, speech: false, braille: false};
    localStorage.setItem('MathJax-Menu-Settings', JSON.stringify(menu));
  } catch {
    // a page without storage keeps MathJax's defaults
  }
})();
