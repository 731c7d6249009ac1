/**
 * A formula as the speech rule engine would read it in; out, the same without what makes the engine say
 * something that does not stand there: see `MENDS`, whose names tell what is wrong without them.
 */

import { meant } from '../chemistry.js';
import { TreeElement, TreeText } from './tree.js';
import words from './words.json' with { type: 'json' };

/** @type {Record<string, string>} */
const EQUATION = words.equation;

/**
 * What a formula is said with.
 *
 * @typedef {object} Voice
 * @property {string} locale
 * @property {string} bar  how it says |
 * @property {boolean} spells  whether it says words that it does not know letter by letter
 * @property {(name: string) => boolean} knows  whether it has words for a function of that name
 */

/** Elements whose children stand beside each other. */
const ROWS = new Set(['math', 'mrow', 'mstyle', 'mpadded', 'mtd', 'msqrt', 'menclose', 'merror', 'mphantom']);
/** What the engine says an element as, instead of what it would say. */
const SAID = 'exact-speech';

/** A letter of a language, not of mathematics. */
const FOREIGN = /(?![\p{Script=Greek}\p{Script=Common}])[^\P{L}a-zA-Z]/u;
/** A word in letters of both cases, and one in any but capitals alone. */
const MIXED = /^(?=.*[a-z])(?=.*[A-Z])[a-zA-Z]+$/;
const WORD = /^(?=.*[a-z])[a-zA-Z]{2,}$/;

/**
 * @param {TreeElement} tree
 * @param {Voice} voice
 */
export function mend(tree, voice) {
  const elements = [...all(tree)];
  for (const change of MENDS) for (const element of elements) if (element.parentNode ?? element === tree) change(element, voice);
}

/** @type {((element: TreeElement, voice: Voice) => void)[]} */
const MENDS = [
  alignmentAsTable,
  numberAsCell,
  wordInPieces,
  wordInLetters,
  textInSymbols,
  spaceAsText,
  uprightSymbol,
  scriptOfNothing,
  ringForDegree,
  tackForTranspose,
  dashForBar,
  barsOfKetAsFence,
  columnAsBinomial,
  colourInEnglish,
  privateArrow,
];

/**
 * @param {TreeElement} tree
 * @returns {Generator<TreeElement>}
 */
export function* all(tree) {
  yield tree;
  for (const child of tree.childNodes) if (child instanceof TreeElement) yield* all(child);
}

/** @param {TreeElement} element */
function childrenOf(element) {
  return /** @type {TreeElement[]} */ (element.childNodes.filter((child) => child instanceof TreeElement));
}

/**
 * @param {string} name
 * @param {(TreeElement | TreeText)[]} children
 */
function made(name, children) {
  const element = new TreeElement(name);
  for (const child of children) element.appendChild(child);
  return element;
}

/**
 * @param {string} name
 * @param {string} text  what stands there, and is said
 */
function said(name, text) {
  const element = made(name, [new TreeText(text)]);
  element.setAttribute(SAID, text);
  return element;
}

/**
 * @param {TreeElement} old
 * @param {TreeElement} young
 */
function replace(old, young) {
  const parent = /** @type {TreeElement} */ (old.parentNode);
  parent.insertBefore(young, old);
  parent.removeChild(old);
}

/** @param {TreeElement} element  whether there is anything to see in it */
export function isSeen(element) {
  return [...all(element)].some((one) => TOKENS.has(one.tagName) && one.textContent.trim() !== '' && !isHidden(one, element));
}

const TOKENS = new Set(['mi', 'mo', 'mn', 'mtext', 'ms']);

/**
 * @param {TreeElement} element
 * @param {TreeElement} top
 */
function isHidden(element, top) {
  for (let up = element.parentNode; up && up !== top.parentNode; up = up.parentNode) if (up.tagName === 'mphantom') return true;
  return false;
}

/** The columns of align, and of eqnarray. */
const ALIGNMENTS = [
  { columns: /^right left(?: right left)*(?: right)?$/, size: 2 },
  { columns: /^right center left$/, size: 3 },
];

/**
 * Columns of an align are places where rows are aligned, and its only row is no table: "1st Row 1st
 * Column a 2nd Column equals b".
 *
 * @param {TreeElement} table
 */
function alignmentAsTable(table) {
  const group = table.tagName === 'mtable' ? ALIGNMENTS.find(({ columns }) => columns.test(table.getAttribute('columnalign') ?? '')) : undefined;
  if (!group) return;
  for (const row of childrenOf(table)) {
    const cells = childrenOf(row).slice(row.tagName === 'mlabeledtr' ? 1 : 0);
    for (const [index, cell] of cells.entries()) {
      const first = cells[index - (index % group.size)];
      if (cell === first) continue;
      for (const child of [...cell.childNodes]) first.appendChild(child);
      row.removeChild(cell);
    }
  }
}

/**
 * The number of an equation is neither a label of a row, nor in a table: "1st Row with Label left
 * parenthesis 1 right parenthesis EndLabel".
 *
 * @param {TreeElement} table
 * @param {Voice} voice
 */
function numberAsCell(table, voice) {
  if (table.tagName !== 'mtable') return;
  const rows = childrenOf(table);
  for (const row of rows) {
    if (row.tagName !== 'mlabeledtr') continue;
    const [label, ...cells] = childrenOf(row);
    const last = cells.at(-1);
    const number = last && numberOf(label, voice);
    if (number) last.appendChild(number);
    replace(row, made('mtr', cells));
  }
  const [row] = childrenOf(table);
  const isAlone = rows.length === 1 && table.parentNode?.tagName === 'math' && childrenOf(table.parentNode).length === 1;
  if (!isAlone || (row.childNodes.length > 1 && rows[0].tagName !== 'mlabeledtr')) return;
  replace(table, made('mrow', childrenOf(row).flatMap((cell) => [...cell.childNodes])));
}

/**
 * @param {TreeElement} label
 * @param {Voice} voice
 */
function numberOf(label, { locale }) {
  const text = label.textContent.trim();
  const plain = [...all(label)].every(({ tagName }) => ['mtd', 'mrow', 'mtext'].includes(tagName));
  if (!plain || !text) return made('mrow', [...label.childNodes]);
  const [, number] = /^\((.+)\)$/.exec(text) ?? [];
  return said('mtext', number ? `, ${EQUATION[locale]} ${number}` : `, ${text}`);
}

/**
 * A word with letters that MathJax takes one by one: "normal f of normal u double overdot normal r".
 *
 * @param {TreeElement} row
 */
function wordInPieces(row) {
  if (!ROWS.has(row.tagName)) return;
  /** @type {TreeElement[]} */
  let word = [];
  const end = () => {
    const text = word.map((one) => one.textContent).join('');
    if (word.length > 1 && FOREIGN.test(text)) {
      replace(word[0], said('mi', text));
      for (const one of word.slice(1)) row.removeChild(one);
    }
    word = [];
  };
  for (const child of childrenOf(row)) {
    if (!isUprightWord(child)) end();
    else word.push(child);
  }
  end();
}

/** @param {TreeElement} element  letters that are upright, as those of words are */
function isUprightWord(element) {
  const { tagName, textContent: text } = element;
  if (tagName !== 'mi' || !/^\p{L}+$/u.test(text)) return false;
  return (element.getAttribute('mathvariant') ?? ([...text].length > 1 ? 'normal' : 'italic')) === 'normal';
}

/**
 * "upper V a r", and in French "r a n k".
 *
 * @param {TreeElement} name
 * @param {Voice} voice
 */
function wordInLetters(name, { spells, knows }) {
  const text = name.textContent;
  if (name.tagName === 'mi' && (spells ? WORD : MIXED).test(text) && !knows(text) && isUprightWord(name)) name.setAttribute(SAID, text);
}

/**
 * Colours have English names, or numbers: "red x" in German.
 *
 * @param {TreeElement} element
 * @param {Voice} voice
 */
function colourInEnglish(element, { locale }) {
  if (locale !== 'en' || !/^[a-z]+$/i.test(element.getAttribute('mathcolor') ?? '')) element.removeAttribute('mathcolor');
}

/**
 * Text is said as it is written, where the engine would take it to pieces: "f u double overdot r".
 *
 * @param {TreeElement} text
 */
function textInSymbols(text) {
  const written = text.textContent.replace(/\s+/g, ' ').trim();
  if (text.tagName === 'mtext' && !text.hasAttribute(SAID) && (FOREIGN.test(written) || /\w_\w/.test(written))) text.setAttribute(SAID, written);
}

/**
 * A space is no text: "x empty mod empty y".
 *
 * @param {TreeElement} text
 */
function spaceAsText(text) {
  if (text.tagName === 'mtext' && !text.textContent.trim() && ROWS.has(text.parentNode?.tagName ?? '')) text.parentNode?.removeChild(text);
}

/**
 * What is always upright needs no word for that: "normal empty set".
 *
 * @param {TreeElement} symbol
 */
function uprightSymbol(symbol) {
  if (symbol.getAttribute('mathvariant') !== 'normal' || /^[a-zA-Z\u03b1-\u03c9]/.test(symbol.textContent)) return;
  symbol.removeAttribute('mathvariant');
}

/**
 * A script of an invisible base belongs to what stands before it, as in mhchem's H2O: "upper H 2".
 *
 * @param {TreeElement} script
 */
function scriptOfNothing(script) {
  if (!['msub', 'msup', 'msubsup'].includes(script.tagName)) return;
  const base = childrenOf(script)[0];
  const before = script.previousSibling;
  if (!base || isSeen(base) || !(before instanceof TreeElement) || !ROWS.has(script.parentNode?.tagName ?? '')) return;
  if (!['mi', 'mn', 'mrow'].includes(before.tagName) || !isSeen(before)) return;
  replace(base, before);
}

/**
 * "30 Superscript ring".
 *
 * @param {TreeElement} script
 */
function ringForDegree(script) {
  if (script.tagName !== 'msup') return;
  const [base, exponent] = childrenOf(script);
  if (base.tagName === 'mn' && exponent.textContent === '\u2218') replace(exponent, made('mo', [new TreeText('\u00b0')]));
}

/**
 * "upper A Superscript down tack".
 *
 * @param {TreeElement} script
 */
function tackForTranspose(script) {
  if (script.tagName !== 'msup') return;
  const [, exponent] = childrenOf(script);
  if (!/^[-\u2212]?[\u22a4\u22ba]$/.test(exponent.textContent)) return;
  for (const sign of all(exponent)) if (/^[\u22a4\u22ba]$/.test(sign.textContent) && TOKENS.has(sign.tagName)) sign.textContent = 'T';
}

/**
 * MathJax draws a bar over, or under, as a dash: "With quotation dash".
 *
 * @param {TreeElement} script
 */
function dashForBar(script) {
  if (script.tagName !== 'mover' && script.tagName !== 'munder') return;
  const [, accent] = childrenOf(script);
  if (accent.textContent === '\u2015') accent.textContent = script.tagName === 'mover' ? '\u00af' : '_';
}

/**
 * Bars of bras and kets are no fences: "left angle bracket phi StartAbsoluteValue upper A".
 *
 * @param {TreeElement} row
 * @param {Voice} voice
 */
function barsOfKetAsFence(row, { bar }) {
  if (!ROWS.has(row.tagName) || !/[\u27e8\u27e9]/.test(row.textContent)) return;
  const children = childrenOf(row);
  const kinds = children.map((child) => (child.tagName === 'mo' && /^[|\u2223\u27e8\u27e9]$/.test(child.textContent) ? child.textContent : ' ')).join('');
  for (const { index } of kinds.matchAll(/[|\u2223](?= +\u27e9)|(?<=\u27e8 +)[|\u2223]/g)) {
    const ket = said('mtext', bar);
    replace(children[index], ket);
  }
}

/**
 * A column of two is no binomial: "StartBinomialOrMatrix 1 Choose 2" (rules.js).
 *
 * @param {TreeElement} table
 */
function columnAsBinomial(table) {
  if (table.tagName === 'mtable') table.setAttribute('ext-matrix', 'true');
}

/**
 * Arrows of mhchem are characters of its own, which have no names.
 *
 * @param {TreeElement} sign
 */
function privateArrow(sign) {
  if (sign.tagName === 'mo') sign.textContent = meant(sign.textContent);
}
