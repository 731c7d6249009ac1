import renderMathInElement from 'https://cdn.jsdelivr.net/npm/katex@0.16.8/dist/contrib/auto-render.mjs';
export const options = {delimiters: [{left: '!', right: '!', display: false}], macros: {'\\RR': '\\mathbb{R}'}};
export default function typeset(element, given) {
  renderMathInElement(element, given);
}
