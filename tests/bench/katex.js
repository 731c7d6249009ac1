/**
 * Pages in on standard input, KaTeX's HTML for their formulas out on standard output, as JSON.
 *
 * A page is {macros, formulas: [{tex, display}]}; an answer is a list of strings, or null where
 * KaTeX cannot parse a formula. What a formula defines holds for the rest of its page.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const katex = createRequire(new URL('../package.json', import.meta.url))('katex');

const { pages, output } = JSON.parse(readFileSync(0, 'utf8'));
const answers = pages.map((page) => {
  const macros = { ...page.macros };
  return page.formulas.map(({ tex, display }) => {
    try {
      return katex.renderToString(tex, { displayMode: display, macros, globalGroup: true, output, strict: 'ignore' });
    } catch {
      return null;
    }
  });
});
process.stdout.write(JSON.stringify(answers));
