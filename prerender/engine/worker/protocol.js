/**
 * What Python and a tab say to each other (the other side: engine/protocol.py): the shapes of calls
 * and answers, and the constants that both sides count with, which stand in constants.json.
 *
 * A call is a JSON text: the browser's own protocol takes values apart one by one, at both ends. Its
 * answer is several, a line each, so that nobody on their way has to read them: what the run took, the
 * outlines, and the typesets of each job. Names are those of Python's fields.
 *
 * @typedef {object} Call
 * @property {Record<string, Setup>} setups  those that this tab has not been given yet, by their keys
 * @property {Job[]} jobs
 * @property {boolean} careful  tell what comes next before each formula
 *
 * @typedef {object} Job  formulas that share state, in order
 * @property {string} setup  its key
 * @property {Formula[]} formulas
 *
 * @typedef {object} Setup
 * @property {string} version
 * @property {Options} tex
 * @property {Scope[]} scopes  of KaTeX's definitions; none: they last for all
 * @property {Options | null} mathml
 * @property {Options | null} asciimath
 * @property {Options} output
 * @property {string[]} load
 * @property {'before' | 'after' | 'duplicate'} [signs]  where a sign stands that a line is broken at
 * @property {Markup} [markup]  the form that formulas are to have; absent: svg
 * @property {{size: number, macros: number}} [bounds]  what a formula may have of characters, and expand of macros
 * @property {boolean} [trusted]  whether ids and classes that formulas give are names of the page
 * @property {{style: 'mathspeak' | 'clearspeak', braille: boolean}} [speech]  how formulas are said
 *
 * @typedef {'svg' | 'html' | 'mathml'} Markup  pictures, text in our font, or MathML Core
 *
 * @typedef {Record<string, unknown>} Options  of a part of MathJax; functions and regular expressions
 *   travel as their source (mathjax.js: revive)
 *
 * @typedef {object} Scope
 * @property {Record<string, string | [string, number]>} macros  what it begins with
 * @property {boolean} lasts  whether anything lasts in it
 * @property {boolean} open  whether all does (`globalGroup`)
 *
 * @typedef {object} Formula
 * @property {string} math
 * @property {boolean} display
 * @property {'tex' | 'mathml' | 'asciimath' | 'glyphs'} input  with glyphs, `math` are characters of our font
 * @property {number} scope
 * @property {string} voice  the language in which it is said, or 'mathml', or '' for nothing
 *
 * @typedef {object} Answer
 * @property {Typeset[][]} typesets  for each job, those of its formulas
 * @property {Record<string, string>} outlines  those that the typesets use, by their names
 * @property {number} milliseconds  that the run took
 * @property {number[]} job_milliseconds  that each job took, the first time
 * @property {number} layout_milliseconds  how many of them went to layouts of displays
 * @property {number} speech_milliseconds  how many to what is said
 *
 * @typedef {object} Typeset
 * @property {Markup} [markup]  the form that it has
 * @property {Layout[]} [layouts]
 * @property {string[]} [glyphs]
 * @property {string[]} [guessed]  texts for which this machine has no font
 * @property {string[]} [undefined]  control sequences that stand in the formula in red
 * @property {Label[]} [tags]
 * @property {Label[]} [refs]
 * @property {string} [speech]  what is said, in words
 * @property {string} [braille]  the same in Nemeth braille
 * @property {string} [mathml]  the formula in MathML Core
 * @property {string} [error]
 *
 * @typedef {object} Layout  all lengths in thousandths of an em
 * @property {number} width
 * @property {number} height
 * @property {number} depth
 * @property {Part[]} body
 * @property {EquationNumber | null} [tag]
 * @property {number} [indent]
 * @property {number | 'newline' | null} [break_before]
 * @property {boolean} [full_width]
 *
 * @typedef {object} EquationNumber
 * @property {number} width
 * @property {string[]} body
 * @property {number} gap
 * @property {'left' | 'right'} side
 * @property {number | null} row
 *
 * @typedef {string | [name: string, markup: string]} Part  of a drawing: markup, or a piece that is
 *   defined here
 *
 * @typedef {[text: string, anchor: string | null]} Label  the number of an equation and the id that it
 *   has, or a reference and the address that it goes to
 */

import constants from './constants.json' with { type: 'json' };

/** The height of an x in MathJax's font, in thousandths of an em. */
export const X_HEIGHT = constants.xHeight;
/** The same in the font of MathML (OS/2: sxHeight). */
export const MATH_X_HEIGHT = constants.mathXHeight;
/** The size of the text that MathJax is told; no length that leaves a tab depends on it. */
export const PX_PER_EM = constants.pxPerEm;
/** ex: no layout of a display is looked for that is narrower than this. */
export const NARROWEST = constants.narrowest;
/** What stands before ids, classes and data that authors give to parts of formulas (given.js). */
export const GIVEN_ID = constants.givenId;
export const GIVEN_CLASS = constants.givenClass;
export const GIVEN_DATA = constants.givenData;

/**
 * Publish what Python calls. Python awaits `loaded` first.
 *
 * @param {(call: Call) => Promise<Answer>} run
 * @param {Promise<void>} loaded  resolves when it can be called
 */
export function publish(run, loaded) {
  globalThis.prerenderWorker = {
    loaded,
    async run(text) {
      const { typesets, outlines, ...took } = await run(JSON.parse(text));
      const head = { ...took, heap: performance.memory.usedJSHeapSize };
      return [head, outlines, ...typesets].map((part) => JSON.stringify(part)).join('\n');
    },
  };
}

/**
 * Tell Python what comes next, for the case that it does not end.
 *
 * @param {number} job  its place in the call
 * @param {number} formula  its place in the job
 */
export function reportProgress(job, formula) {
  return window.reportProgress(job, formula);
}
