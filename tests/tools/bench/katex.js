/**
 * Pages in on standard input, KaTeX's HTML for their formulas out on standard output, as JSON.
 *
 * A page is {macros, formulas: [{tex, display}]}; an answer is a list of strings, or null where
 * KaTeX cannot parse a formula. What a formula defines holds for the rest of its page.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const katex = createRequire(new URL('../../package.json', import.meta.url))('katex');

const { pages, output } = JSON.parse(readFileSync(0, 'utf8'));

/**
 * A formula's HTML. KaTeX refuses to define what it has itself: an author would write \\renewcommand.
 *
 * @param {string} tex
 * @param {object} options
 * @returns {string | null}
 */
function rendered(tex, options) {
  try {
    return katex.renderToString(tex, options);
  } catch ({ message }) {
    const name = /attempting to redefine (\\[a-zA-Z]+)/.exec(message)?.[1];
    const told = name && tex.replaceAll(`\\newcommand{${name}}`, `\\renewcommand{${name}}`);
    return told && told !== tex ? rendered(told, options) : null;
  }
}

const answers = pages.map((page) => {
  const shared = { macros: { ...page.macros }, globalGroup: true, output, strict: 'ignore' };
  return page.formulas.map(({ tex, display }) => rendered(tex, { ...shared, displayMode: display }));
});
process.stdout.write(JSON.stringify(answers));
