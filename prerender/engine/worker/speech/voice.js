/**
 * A compiled formula in; out, what those get who do not see it: words or braille, from the speech
 * rule engine that MathJax itself uses, or MathML.
 */

import { speaker } from './engine.js';
import { readingOf } from './reading.js';

/** The engine's settings for Nemeth braille. */
const NEMETH = { locale: 'nemeth', modality: 'braille', domain: 'default', style: 'default' };

/**
 * @param {MJ.Node} root
 * @param {string} voice  a language that has rules, or 'mathml'
 * @param {import('../protocol.js').Setup['speech']} [how]
 * @returns {Promise<{speech?: string, braille?: string, mathml?: string}>}
 */
export async function hear(root, voice, how) {
  if (voice === 'mathml' || !how) return { mathml: window.MathJax.startup.toMML(root).replace(/ data-[\w-]+="[^"]*"/g, '') };
  const say = await speaker({ locale: voice, modality: 'speech', domain: how.style, style: 'default' });
  const speech = say(readingOf(root));
  if (!how.braille) return { speech };
  const write = await speaker(NEMETH);
  return { speech, braille: write(readingOf(root)) };
}
