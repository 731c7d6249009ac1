/**
 * A page whose math is TeX between MathJax's delimiters goes in (stdin); the same with formulas that
 * a library has rendered in Node, as generators do, comes out (stdout).
 *
 *     node make.js katex PACKAGE          KaTeX's MathML and HTML; PACKAGE: an npm package
 *     node make.js mathjax PACKAGE OUTPUT MathJax 3 or 4 (chtml, svg), with equations numbered
 *     node make.js page OUTPUT            mathjax-node-page, that is MathJax 2 (html, svg)
 */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';

const require = createRequire(new URL('../../package.json', import.meta.url));
const [, , tool, ...words] = process.argv;
const html = readFileSync(0, 'utf8');

const TEX = /\\\(([^]*?)\\\)|\\\[([^]*?)\\\]/g;
/** @type {Record<string, string>} */
const NAMED = { '&lt;': '<', '&gt;': '>', '&amp;': '&' };

/** @param {string} text  of HTML */
function plain(text) {
  return text.replace(/&(?:lt|gt|amp);/g, (reference) => NAMED[reference]);
}

/** @param {string} name  an npm package */
function byKatex(name) {
  const katex = require(name);
  const options = { throwOnError: false, strict: false };
  return html.replace(TEX, (_, inline, display) =>
    katex.renderToString(plain(inline ?? display), { ...options, displayMode: display !== undefined }),
  );
}

/**
 * @param {string} name  an npm package
 * @param {string} output
 */
async function byMathJax(name, output) {
  const load = ['adaptors/liteDOM', 'input/tex', `output/${output}`];
  const old = name === 'mathjax3';
  const MathJax = old ? require(`${name}/es5/node-main.js`) : require(name);
  const made = await MathJax.init({
    loader: {
      load: old ? [...load, 'a11y/assistive-mml'] : load,
      ...(old ? {} : { paths: { fonts: `${dirname(require.resolve(`${name}/package.json`))}/../@mathjax` } }),
    },
    tex: { tags: 'ams' },
    startup: { typeset: false, document: html },
  });
  const { document, adaptor } = made.startup;
  if (old) await made._.mathjax.mathjax.handleRetriesFor(() => document.render());
  else await document.renderPromise();
  return `${adaptor.doctype(document.document)}\n${adaptor.outerHTML(adaptor.root(document.document))}`;
}

/** @param {string} output */
function byMathJaxNode(output) {
  const { mjpage } = require('mathjax-node-page');
  const options = { [output]: true, equationNumbers: 'AMS' };
  return new Promise((resolve) => mjpage(html, { format: ['TeX'], output, errorHandler: () => {} }, options, resolve));
}

const made = { katex: byKatex, mathjax: byMathJax, page: byMathJaxNode }[tool];
if (!made) throw new Error(`what is ${tool}?`);
const done = await made(words[0], words[1]);
process.stdout.write(done, () => process.exit(0));
