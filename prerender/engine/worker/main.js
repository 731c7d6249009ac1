/**
 * The module that runs in a tab: jobs in, typesets out.
 *
 * A job is a sequence of formulas that share state (macros, labels, numbers): those of one page, or
 * a single formula that neither sets nor uses any. Jobs share nothing.
 */

import { formOf, lettersOf, outlinesOf } from './forms.js';
import { MathmlForm } from './mathml/form.js';
import { loadFont } from './mathml/boxes.js';
import { numbers } from './draw.js';
import { depthsOfBreaks, joined } from './layout/inline.js';
import { indentOf, layouts, sidesOf, thousandths } from './layout/layouts.js';
import { load, loadAll, makeDocument, makeOutput, scopesOf } from './mathjax.js';
import { LiteElement } from './nodes.js';
import { dropEmptyNumbers, numbersOf } from './numbers.js';
import { prefixGiven } from './given.js';
import { publish, PX_PER_EM, reportProgress, X_HEIGHT } from './protocol.js';
import { isSame, Shared, stateOf } from './state.js';
import { NoTextError } from './text/read.js';
import { lacksFont } from './words.js';

/**
 * @typedef {import('./protocol.js').Setup} Setup
 * @typedef {import('./protocol.js').Formula} Formula
 * @typedef {import('./protocol.js').Typeset} Typeset
 * @typedef {import('./protocol.js').Layout} Layout
 * @typedef {import('./forms.js').Form} Form
 */

/** Pixels an em, an ex (MathJax's own for its font: so that its scale is 1), and a wide page. */
const METRICS = { em: PX_PER_EM, ex: (PX_PER_EM * X_HEIGHT) / 1000, width: 80 * PX_PER_EM };

/**
 * A set-up of this tab. Single formulas share its document as long as none changes it; `clean` is what
 * that was when it was new.
 *
 * @typedef {{setup: Setup, output: any, document: any, clean: unknown[]}} Entry
 */

/** @type {Map<string, Entry>} */
const setups = new Map();
/** @type {Shared} what is MathJax's, and no document's */
const shared = new Shared();

/** Milliseconds for layouts of displays, of this run. */
let layoutTime = 0;
/** The same for what is said. */
let speechTime = 0;

/** Resolves when MathJax can typeset. */
const loaded = load();

/**
 * @param {string} key
 * @param {Setup} setup
 */
async function define(key, setup) {
  const wanted = [...setup.load, ...inputsOf(setup)];
  await Promise.all(wanted.map((name) => window.MathJax.loader.load(name).catch(() => {})));
  if (setup.markup === 'mathml') await loadFont();
  setups.set(key, { setup, output: makeOutput(setup.output), document: null, clean: [] });
}

/** @param {Setup} setup */
function inputsOf(setup) {
  return [...(setup.mathml ? ['input/mml'] : []), ...(setup.asciimath ? ['input/asciimath'] : [])];
}

/** @type {Promise<unknown>} the run that was asked for last */
let latest = loaded;

/**
 * What jobs give, once all that was asked before is done.
 *
 * @param {import('./protocol.js').Call} call
 */
function run(call) {
  const answer = latest.then(() => runNow(call));
  latest = answer.catch(() => {});
  return answer;
}

publish(run, loaded);

/**
 * @param {import('./protocol.js').Call} call
 * @returns {Promise<import('./protocol.js').Answer>}
 */
async function runNow({ setups: added, jobs, careful }) {
  const started = performance.now();
  layoutTime = 0;
  speechTime = 0;
  for (const [key, setup] of Object.entries(added)) await define(key, setup);
  shared.take();
  /** @type {Typeset[][]} */
  const typesets = [];
  /** @type {number[]} */
  const times = [];
  for (const [number, job] of jobs.entries()) {
    const progress = careful ? (/** @type {number} */ at) => reportProgress(number, at) : () => {};
    const begun = performance.now();
    typesets.push(await typesetJob(job, progress));
    times.push(performance.now() - begun);
  }
  const unclean = uncleanSetups(new Set(jobs.map((job) => job.setup)));
  for (const [number, job] of jobs.entries()) {
    if (unclean.has(job.setup) && isSingle(job)) typesets[number] = await typesetJob(job, () => {}, true);
  }
  const changed = shared.changed();
  if (changed !== null) throw new Error(`a formula has changed MathJax itself (${changed})`);
  // The font of MathML has outlines of its own
  const drawn = typesets.flat().filter(({ markup }) => markup !== 'mathml');
  const used = new Set(drawn.flatMap(({ glyphs }) => glyphs ?? []));
  return {
    typesets,
    outlines: outlinesOf(used),
    milliseconds: performance.now() - started,
    job_milliseconds: times,
    layout_milliseconds: layoutTime,
    speech_milliseconds: speechTime,
  };
}

/** @param {import('./protocol.js').Job} job  whether other jobs may have its document */
function isSingle({ formulas }) {
  return formulas.length === 1;
}

/**
 * Those of set-ups whose document is not as it was when it was new: who had it may have seen that.
 *
 * @param {Set<string>} keys
 */
function uncleanSetups(keys) {
  const unclean = new Set();
  for (const key of keys) {
    const entry = setups.get(key);
    if (!entry?.document || isSame(settled(entry.document), entry.clean)) continue;
    entry.document = null;
    unclean.add(key);
  }
  return unclean;
}

/**
 * The state of a document after a formula that is empty, and its text, so that it has none of those before.
 *
 * @param {any} doc
 */
function settled(doc) {
  try {
    makeItem(doc, { math: '\\text{}', display: false, input: 'tex', scope: 0, voice: '' }).compile(doc);
  } catch {
    // a set-up without \text, or one whose formulas have taken it: the state tells
  }
  return stateOf(doc, shared);
}

/**
 * A document for single formulas, which others of the set-up may have after them.
 *
 * @param {Entry} entry
 */
function commonDocument(entry) {
  if (!entry.document) {
    entry.document = makeDocument(entry.setup, entry.output);
    entry.clean = settled(entry.document);
  }
  return entry.document;
}

/**
 * @param {import('./protocol.js').Job} job
 * @param {(at: number) => unknown} progress  called before each formula is compiled, and drawn
 * @param {boolean} [apart]  in a document of its own
 */
async function typesetJob(job, progress, apart = !isSingle(job)) {
  const { setup: key, formulas } = job;
  const entry = setups.get(key);
  if (!entry) throw new Error(`set-up ${key} is not defined`);
  if (formulas[0]?.input === 'glyphs') return [await outlinesFor(entry.output.font, formulas[0].math)];
  let doc;
  try {
    doc = apart ? makeDocument(entry.setup, entry.output) : commonDocument(entry);
  } catch (error) {
    const told = `MathJax does not take the set-up of the page: ${/** @type {Error} */ (error).message}`;
    return formulas.map(() => ({ error: told }));
  }
  const before = state(doc);
  const items = formulas.map((formula) => makeItem(doc, formula));
  const errors = await compile(doc, items, formulas, progress, entry.setup.bounds?.size ?? Infinity);
  const results = [];
  for (const [index, item] of items.entries()) {
    await progress(index);
    results.push(errors[index] ? { error: errors[index] } : await answerFor(doc, item, entry.setup, formulas[index].voice));
  }
  // What has changed it in a known way takes it along, and what is broken off; see `uncleanSetups`
  if (!apart && (errors[0] || state(doc) !== before)) entry.document = null;
  return results;
}

/**
 * The outlines of characters of our font, whether a formula has them or not.
 *
 * @param {any} font  MathJax's
 * @param {string} characters
 * @returns {Promise<Typeset>}
 */
async function outlinesFor(font, characters) {
  const known = lettersOf(font, characters);
  if (known.length === [...characters].length) return { markup: 'html', glyphs: known };
  // Files that MathJax loads when a formula has something of them
  await loadAll(font);
  return { markup: 'html', glyphs: lettersOf(font, characters) };
}

/**
 * What formulas often leave behind in a document, as a text.
 *
 * @param {any} doc
 */
function state(doc) {
  const options = doc.inputJax[0].parseOptions;
  const maps = ['new-Command', 'new-Delimiter', 'new-Environment'];
  const defined = maps.map((name) => options.handlers.retrieve(name)?.map.size ?? 0);
  const required = options.packageData.get('require')?.required.length ?? 0;
  const groups = options.packageData.get('begingroup')?.stack.i ?? 0;
  const { allCounter = 0, allLabels = {}, counter = 0 } = options.tags;
  return [...defined, scopesOf(doc)?.defined ?? 0, required, groups, allCounter, counter, Object.keys(allLabels).length].join();
}

/**
 * @param {MJ.Document} doc
 * @param {Formula} formula
 */
function makeItem(doc, { math, display, input }) {
  const name = { tex: 'TeX', mathml: 'MathML', asciimath: 'AsciiMath', glyphs: '' }[input];
  const jax = /** @type {MJ.InputJax} */ (doc.inputJax.find((one) => one.name === name)); // see `inputsOf`
  const item = new doc.options.MathItem(math, jax, display);
  item.start.node = document.body;
  item.setMetrics(METRICS.em, METRICS.ex, METRICS.width, METRICS.width, 1);
  return item;
}

/**
 * All items in order, then once more those that refer to labels behind them, as MathJax does.
 *
 * @param {MJ.Document} doc
 * @param {MJ.Item[]} items
 * @param {Formula[]} formulas  what they are made of
 * @param {(at: number) => unknown} progress
 * @param {number} size  the most characters that a formula may have
 * @returns {Promise<(string | undefined)[]>} the errors
 */
async function compile(doc, items, formulas, progress, size) {
  const errors = [];
  const scopes = scopesOf(doc);
  for (const [index, item] of items.entries()) {
    const { scope, math } = formulas[index];
    await progress(index);
    if (math.length > size) {
      errors.push(`it has ${math.length} characters, more than --formula-size ${size}`);
      continue;
    }
    errors.push(
      await attempt(() => {
        scopes?.enter(scope, math);
        item.compile(doc);
      }),
    );
    scopes?.leave(scope);
  }
  for (const [index, item] of items.entries()) {
    const data = item.inputData.recompile;
    if (data === undefined || errors[index]) continue;
    await progress(index);
    item.state(data.state);
    item.inputData.recompile = data;
    errors[index] = await attempt(() => item.compile(doc));
  }
  return errors;
}

/**
 * Do what may ask for a file and want to be called again; answers what is wrong with the input.
 *
 * @param {() => unknown} action
 */
async function attempt(action) {
  try {
    await window.MathJax._.mathjax.mathjax.handleRetriesFor(action);
    return undefined;
  } catch (error) {
    // MathJax's TexError is no Error; where it is raised outside of the parser it comes as it is.
    return /** @type {{message?: string}} */ (error).message ?? String(error);
  }
}

/** @type {Promise<typeof import('./speech/voice.js')> | null} loaded with the first formula that is said */
let voices = null;

/** @type {typeof import('./speech/voice.js').hear} */
async function heardOf(root, voice, how) {
  voices ??= import('./speech/voice.js');
  return (await voices).hear(root, voice, how);
}

/**
 * @param {MJ.Document} doc
 * @param {MJ.Item} item
 * @param {Setup} setup
 * @param {string} voice
 * @returns {Promise<Typeset>}
 */
async function answerFor(doc, item, { markup, speech, trusted }, voice) {
  if (!trusted) prefixGiven(item.root);
  dropEmptyNumbers(item.root);
  // Before anything is drawn, which changes the tree
  const started = performance.now();
  const heard = voice ? await heardOf(item.root, voice, speech) : {};
  speechTime += performance.now() - started;
  const set = markup === 'mathml' ? typesetMathml : typeset;
  return { ...(await set(doc, item, markup)), ...heard };
}

/**
 * @param {MJ.Document} doc
 * @param {MJ.Item} item
 * @param {import('./protocol.js').Markup} [markup]
 * @returns {Promise<Typeset>}
 */
async function typeset(doc, item, markup = 'svg') {
  const form = formOf(markup, doc.outputJax);
  /** @type {Layout[]} */
  let drawn = [];
  let isText = true;
  const error = await attempt(() => {
    try {
      drawn = item.display ? drawDisplay(doc, item, form) : drawInline(doc, item, form);
    } catch (why) {
      if (!(why instanceof NoTextError)) throw why;
      isText = false;
    }
  });
  if (!isText) return typeset(doc, item, 'svg');
  if (error !== undefined) return { error };
  const guessed = [...form.texts].filter(lacksFont);
  return { markup, layouts: drawn, glyphs: [...form.glyphs], guessed, undefined: undefinedNames(item.root), ...numbersOf(item.root) };
}

/**
 * @param {MJ.Document} doc
 * @param {MJ.Item} item
 * @returns {Promise<Typeset>}
 */
async function typesetMathml(doc, item) {
  const form = new MathmlForm();
  /** @type {Layout[]} */
  let drawn = [];
  const error = await attempt(() => {
    const svgs = item.display ? [] : doc.outputJax.typeset(item, doc).childNodes.filter(isSvg);
    const parts = svgs.map((svg) => ({ ...boxOf(svg), break_before: breakBefore(svg) }));
    drawn = svgs.length && svgs.every(hasSize) ? form.inline(doc, item, parts) : form.display(doc, item);
  });
  if (error !== undefined) return { error };
  return { markup: 'mathml', layouts: drawn, glyphs: [...form.glyphs], guessed: [], undefined: undefinedNames(item.root), ...numbersOf(item.root) };
}

/**
 * The parts of an inline formula, between which a line of text may end.
 *
 * @param {MJ.Document} doc
 * @param {MJ.Item} item
 * @param {Form} form
 * @returns {Layout[]}
 */
function drawInline(doc, item, form) {
  const svgs = doc.outputJax.typeset(item, doc).childNodes.filter(isSvg);
  // A table with a number asks for the whole line, and has no picture of its own size
  if (!svgs.every(hasSize)) return drawDisplay(doc, item, form);
  const parts = svgs.map((svg) => ({ ...form.picture(svg), break_before: breakBefore(svg) }));
  const whole = joined(parts, depthsOfBreaks(item.root), (a, b, shift) => form.beside(a, b, shift));
  return whole.map((part) => ({ ...part, content: undefined, body: form.body(part.content, part.width) }));
}

/** @param {LiteElement} svg */
function hasSize(svg) {
  return svg.hasAttribute('viewBox');
}

/**
 * @param {LiteElement} svg
 * @returns {{width: number, height: number, depth: number}} in thousandths of an em
 */
function boxOf(svg) {
  const [, top, width, height] = numbers(svg.getAttribute('viewBox'));
  return { width, height: -top, depth: height + top };
}

/**
 * The layouts of a display, widest first.
 *
 * @param {MJ.Document} doc
 * @param {MJ.Item} item
 * @param {Form} form
 * @returns {Layout[]}
 */
function drawDisplay(doc, item, form) {
  const sides = sidesOf(item.root);
  const started = performance.now();
  const found = layouts(item, doc, { signs: doc.signs });
  layoutTime += performance.now() - started;
  const drawn = found.map((layout, index) => drawLayout(layout, form, index === 0 ? sides : null));
  const bodies = form.bodies(drawn);
  return drawn.map((layout, index) => ({ ...layout, content: undefined, body: bodies[index] }));
}

/**
 * @param {LiteElement | import('./nodes.js').LiteText} node
 * @returns {node is LiteElement}
 */
function isSvg(node) {
  return node.localName === 'svg';
}

/**
 * @param {Pick<import('./layout/layouts.js').Layout, 'width' | 'tag' | 'dom'>} layout
 * @param {Form} form
 * @param {string[] | null} sides  of the line where its rows stand, if they do
 * @returns {Omit<Layout, 'body'> & {content: import('./forms.js').Content}}
 */
function drawLayout({ width, tag, dom }, form, sides) {
  const svg = dom.get(isSvg);
  if (sides) {
    const drawn = drawLayout({ width, tag, dom }, form, null);
    const rows = rowsOf(svg, () => (tag ? form.columns(svg)[0] : form.picture(svg)).content);
    const content = form.spread(rows.map((row, index) => ({ side: sides[index], content: row })), drawn);
    return { ...drawn, content, indent: 0, full_width: true };
  }
  const indent = tag ? numberedIndent(svg, tag, width) : indentOf(svg);
  if (!tag) return { ...form.picture(svg), width: thousandths(width), indent, tag: null };
  const [body, { content }] = form.columns(svg);
  const rows = new Set(form.baselines(content));
  const [number, gap] = [thousandths(tag.width), thousandths(tag.gap)];
  const row = rows.size === 1 ? [...rows][0] : null;
  const beside = { width: number, gap, side: tag.side, body: form.body(content, number), row };
  return { ...body, width: thousandths(width), indent, tag: beside };
}

/**
 * What is drawn of each row of a table by itself.
 *
 * @template T
 * @param {LiteElement} svg  MathJax's
 * @param {() => T} draw  what is left in the svg
 * @returns {T[]}
 */
function rowsOf(svg, draw) {
  const whole = svg.get((node) => node.getAttribute('data-mml-node') === 'mtable');
  const table = whole.get((node) => node.hasAttribute('data-mml-node')).parentNode ?? whole;
  const rows = table.childNodes;
  const drawn = rows.map((row) => {
    table.childNodes = [row];
    return draw();
  });
  table.childNodes = rows;
  return drawn;
}

/**
 * The same where there is a number, which stands in what is free.
 *
 * @param {import('./nodes.js').LiteElement} svg
 * @param {{width: number, gap: number, side: string}} tag
 * @param {number} width
 */
function numberedIndent(svg, tag, width) {
  const table = svg.get((node) => node.hasAttribute('data-table'));
  const left = parseFloat(table.getAttribute('viewBox') ?? '');
  const number = thousandths(tag.width + tag.gap);
  switch (table.getAttribute('preserveAspectRatio')) {
    case 'xMinYMid':
      return Math.max(0, -left - (tag.side === 'left' ? number : 0));
    case 'xMaxYMid':
      return Math.min(0, thousandths(width) - left + (tag.side === 'right' ? number : 0));
    default:
      return 0;
  }
}

/** MathJax's sizes of the space that a line may end in, in thousandths of an em (SPACE in its output). */
const SPACES = [0, 111, 167, 222, 278, 333];

/**
 * How a part of an inline formula follows the one before it: null for the first, 'newline', or the
 * space between them, in which a line may end.
 *
 * @param {import('./nodes.js').LiteElement} svg
 * @returns {number | 'newline' | null}
 */
function breakBefore(svg) {
  const before = svg.previousSibling;
  if (!(before instanceof LiteElement) || before.localName !== 'mjx-break') return null;
  if (before.hasAttribute('newline')) return 'newline';
  const size = before.getAttribute('size');
  if (size !== null) return SPACES[Number(size)];
  return Math.round(1000 * (1 + parseFloat(before.style.letterSpacing)));
}

/** @param {any} root  the compiled formula */
function undefinedNames(root) {
  /** @type {string[]} */
  const found = [];
  root.walkTree((/** @type {any} */ node) => {
    if (!node.isKind('mtext') || node.attributes.getExplicit('mathcolor') === undefined) return;
    const text = node.getText?.() ?? '';
    if (/^\\(?:[a-zA-Z]+|.)$/.test(text) && node.attributes.get('data-latex') === text) found.push(text);
  });
  return found;
}
