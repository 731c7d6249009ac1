/** Formulas in, MathJax's own SVG output for them in the page out: what ours is compared with. */

/**
 * @param {{tex: string, display: boolean}[]} formulas
 * @param {object} options  for the TeX input
 * @returns {Promise<(string | null)[]>} error messages
 */
export async function show(formulas, options) {
  const { TeX } = MathJax._.input.tex_ts;
  const { mathjax } = MathJax._.mathjax;
  const errors = [];
  for (const [index, { tex, display }] of formulas.entries()) {
    let error = null;
    const input = new TeX({
      packages: MathJax.config.tex.packages,
      ...options,
      formatError: (jax, problem) => {
        error = problem.message;
        return jax.formatError(problem);
      },
    });
    const doc = mathjax.document(document, { InputJax: input, OutputJax: MathJax.startup.document.outputJax });
    try {
      const container = await mathjax.handleRetriesFor(() => {
        error = null;
        return doc.convert(tex, { display, em: 16, ex: 7.072, containerWidth: 1280 });
      });
      document.getElementById(`f${index}`).replaceChildren(...(display ? [container] : ['| ', container, ' |']));
    } catch (problem) {
      error = String(problem);
    }
    errors.push(error);
  }
  const sheet = MathJax.startup.document.outputJax.styleSheet(MathJax.startup.document);
  document.head.append(sheet);
  return errors;
}
