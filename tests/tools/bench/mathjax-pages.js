/**
 * MathJax 4's own pipeline for pages in Node, as its demos have it (tex2svg-page): each page is a
 * document of liteDOM, rendered and serialised. In: two folders. Out: the count of formulas, and of
 * pages that its parser cannot read.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const require = createRequire(new URL('../../package.json', import.meta.url));
const [, , from, to] = process.argv;

const MathJax = require('mathjax');
await MathJax.init({
  loader: {
    load: ['adaptors/liteDOM', 'input/tex', 'input/mml/entities', 'output/svg'],
    paths: { fonts: join(dirname(require.resolve('mathjax/package.json')), '..', '@mathjax') },
  },
  startup: { typeset: false },
});
const { mathjax } = MathJax._.mathjax;
const adaptor = MathJax.startup.adaptor;
const options = {
  inlineMath: [
    ['$', '$'],
    ['\\(', '\\)'],
  ],
  processEscapes: true,
};

/** @param {string} html */
async function parse(html) {
  try {
    return await mathjax.handleRetriesFor(() => adaptor.parse(html));
  } catch {
    return null;
  }
}

let [count, unread] = [0, 0];
for (const name of readdirSync(from, { recursive: true })) {
  if (!name.endsWith('.html')) continue;
  const html = readFileSync(join(from, name), 'utf8');
  const { TeX } = MathJax._.input.tex_ts;
  const { SVG } = MathJax._.output.svg_ts;
  const input = new TeX({ ...MathJax.config.tex, ...options });
  const { font } = MathJax.startup.document.outputJax;
  const output = new SVG({ ...MathJax.config.svg, fontCache: 'global', fontData: font });
  const parsed = await parse(html);
  if (!parsed) {
    unread += 1;
    continue;
  }
  const doc = mathjax.document(parsed, { InputJax: input, OutputJax: output });
  await doc.renderPromise();
  count += [...doc.math].length;
  const file = join(to, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${adaptor.doctype(doc.document)}\n${adaptor.outerHTML(adaptor.root(doc.document))}`);
}
process.stdout.write(`${count} ${unread}\n`);
process.exit(0);
