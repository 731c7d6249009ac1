/**
 * A compiled formula in; out, what those get who do not see it: words or braille, from the speech
 * rule engine that MathJax itself uses, or MathML, where there are no words for it.
 */

import { mathmlOf } from '../mathml/core.js';
import { speaker } from './engine.js';
import { all, isSeen } from './mend.js';
import { readingOf } from './reading.js';

/** The engine's settings for Nemeth braille. */
const NEMETH = { locale: 'nemeth', modality: 'braille', domain: 'default', style: 'default' };

/**
 * Elements of a formula that can be listened to; a reader walks through a larger one as MathML. The
 * engine's time grows with their square: it takes seconds for more.
 */
const MOST = 3000;

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
  const mathml = () => ({ mathml: attempt(() => mathmlOf(root)) });
  if (voice === 'mathml' || !how || [...all(tree)].length > MOST) return mathml();
  const say = await speaker({ locale: voice, modality: 'speech', domain: how.style, style: 'default' });
  const speech = attempt(() => say(tree));
  if (!speech) return mathml();
  if (!how.braille) return { speech };
  const write = await speaker(NEMETH);
  return { speech, braille: attempt(() => write(readingOf(root))) };
}

/**
 * What an action gives; nothing where it fails: the formula is drawn all the same.
 *
 * @param {() => string} action
 */
function attempt(action) {
  try {
    return action();
  } catch {
    return '';
  }
}
