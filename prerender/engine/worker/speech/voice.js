/**
 * A compiled formula in; out, what those get who do not see it: words or braille, from the speech
 * rule engine that MathJax itself uses, or MathML.
 *
 * The engine and its rules are files of the package; they are loaded when the first formula asks for
 * them, those of a language with its first formula.
 */

const BASE = new URL('../../mathjax/sre', import.meta.url).href;

const BRAILLE = { locale: 'nemeth', modality: 'braille', domain: 'default', style: 'default' };

/** @type {Promise<any> | null} */
let loading = null;

/** What the engine is set to. */
let current = '';

/**
 * @param {MJ.Node} root
 * @param {string} voice  a language that has rules, or 'mathml'
 * @param {import('../protocol.js').Setup['speech']} [how]
 * @returns {Promise<{speech?: string, braille?: string, mathml?: string}>}
 */
export async function hear(root, voice, how) {
  const mathml = window.MathJax.startup.toMML(root);
  if (!/>[^<\s]/.test(mathml)) return {};
  if (voice === 'mathml' || !how) return { mathml: mathml.replace(/ data-[\w-]+="[^"]*"/g, '') };
  const speech = await say(mathml, { locale: voice, modality: 'speech', domain: how.style, style: 'default' });
  return { speech, ...(how.braille && { braille: await say(mathml, BRAILLE) }) };
}

/**
 * @param {string} mathml
 * @param {Record<string, string>} settings
 */
async function say(mathml, settings) {
  loading ??= load();
  const engine = await loading;
  const wanted = Object.values(settings).join();
  if (wanted !== current) await engine.setupEngine(settings);
  current = wanted;
  return engine.toSpeech(mathml);
}

async function load() {
  const custom = async (/** @type {string} */ locale) => (await fetch(`${BASE}/mathmaps/${locale}.json`)).text();
  Object.assign(window, { SREfeature: { custom } });
  const script = document.createElement('script');
  script.src = `${BASE}/sre.js`;
  const loaded = new Promise((resolve, reject) => {
    script.onload = resolve;
    script.onerror = () => reject(new Error('the speech rule engine is not where it should be'));
  });
  document.head.append(script);
  await loaded;
  await window.SRE.engineReady();
  return window.SRE;
}
