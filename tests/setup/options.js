// Prints the options that MathJax 4 has, with all packages there are: {section: {name: default}}.
import MathJax from '../node_modules/mathjax/node-main.mjs';

const packages = process.argv.slice(2);
const load = ['input/tex', 'output/svg', 'output/chtml', 'adaptors/liteDOM', ...packages.map((name) => `[tex]/${name}`)];
const silent = console.warn;
console.warn = () => {};
await MathJax.init({ loader: { load }, tex: { packages: ['base', ...packages] } });
console.warn = silent;
const { document } = globalThis.MathJax.startup;
const told = { tex: document.inputJax[0].parseOptions.options, svg: document.outputJax.options };
console.log(JSON.stringify(told, (_key, value) => (typeof value === 'function' ? null : value)));
