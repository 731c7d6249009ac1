/**
 * A compiled formula in; out, what those get who do not see it: words or braille, from the speech
 * rule engine that MathJax itself uses, or MathML, where there are no words for it.
 */

import { speaker } from './engine.js';
import { isSeen } from './mend.js';
import { readingOf } from './reading.js';

/** The engine's settings for Nemeth braille. */
const NEMETH = { locale: 'nemeth', modality: 'braille', domain: 'default', style: 'default' };

/** @typedef {{speech?: string, braille?: string, mathml?: string}} Heard */

/**
 * @param {MJ.Node} root
 * @param {string} voice  a language that has rules, or 'mathml'
 * @param {import('../protocol.js').Setup['speech']} [how]
 * @returns {Promise<Heard>}
 */
export async function hear(root, voice, how) {
  const tree = readingOf(root);
  if (!isSeen(tree)) return {};
  if (voice === 'mathml' || !how) return { mathml: mathmlOf(root) };
  const speech = attempt(await speaker({ locale: voice, modality: 'speech', domain: how.style, style: 'default' }), tree);
  if (!speech) return { mathml: mathmlOf(root) };
  return how.braille ? { speech, braille: attempt(await speaker(NEMETH), readingOf(root)) } : { speech };
}

/**
 * What the engine says; nothing of what it fails on.
 *
 * @param {(tree: import('./tree.js').TreeElement) => string} say
 * @param {import('./tree.js').TreeElement} tree
 */
function attempt(say, tree) {
  try {
    return say(tree);
  } catch {
    return '';
  }
}

/** @param {MJ.Node} root */
function mathmlOf(root) {
  return window.MathJax.startup.toMML(root).replace(/ data-[\w-]+="[^"]*"/g, '');
}
