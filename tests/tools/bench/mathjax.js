/**
 * Runs in a page that MathJax 4 has typeset; what it has left in the DOM out, a string a formula.
 *
 * Formulas stand in elements f0, f1, ...; what they share (style sheets, the global cache) is `head`
 * and `tail`.
 */
() => {
  const formulas = [...document.querySelectorAll('[id^="formula-"]')].map((element) => element.innerHTML);
  const head = [...document.querySelectorAll('style[id^="MJX-"]')].map((element) => element.outerHTML).join('');
  const cache = document.getElementById('MJX-SVG-global-cache');
  return { formulas, head, tail: cache?.closest('body > *').outerHTML ?? '' };
};
