/**
 * How long definitions last in KaTeX, which is not as long as in MathJax: an input of MathJax and the
 * scopes of its set-up in; out: what is to be called before and after each formula.
 *
 * Sources: katex.org, "Options" (macros, globalGroup), "Supported Functions" (Macros); MathJax 4
 * ts/input/tex/begingroup.
 */

/** @typedef {import('./protocol.js').Scope} Scope */

/** What may define something for the group that it stands in. */
const DEFINES = /\\(?:[egx]?def|let|futurelet|(?:re)?newcommand|providecommand)(?![a-zA-Z])/;

/**
 * How long definitions last, as KaTeX has it: to the end of their formula, but those of `\gdef` and
 * `\global`, which last in all formulas of a scope (one object `macros` that calls share).
 */
export class Scopes {
  #stack;
  /** @type {Scope[]} */
  #scopes;
  /** @type {Map<number, Map<string, any>[]>} by scopes, the tables of what is defined in them */
  #kept = new Map();
  #defined = 0;
  #defines = false;

  /**
   * @param {any} tex  the input
   * @param {Scope[]} scopes
   */
  constructor(tex, scopes) {
    this.#stack = tex.parseOptions.packageData.get('begingroup').stack;
    this.#scopes = scopes;
  }

  /** How many definitions have lasted. */
  get defined() {
    return this.#defined;
  }

  /**
   * @param {number} number  the scope of the formula that begins (again); beyond the last, another like
   *   the one of that place
   * @param {string} math  the formula
   */
  enter(number, math) {
    this.#stack.reset();
    this.#defines = DEFINES.test(math);
    const { open } = this.#like(number);
    const kept = this.#kept.get(number) ?? this.#begin(number);
    this.#tables().forEach((table, index) => (table.map = new Map(kept[index])));
    if (open) return;
    this.#stack.push();
    this.#stack.finish(); // else the input takes it for one that a formula has left
  }

  /** A group of braces begins. */
  open() {
    if (this.#defines) this.#stack.push();
  }

  /** A group of braces ends. */
  close() {
    if (this.#defines) this.#stack.pop();
  }

  /** @param {number} number  the scope of the formula that ends */
  leave(number) {
    this.#stack.reset();
    const tables = this.#tables();
    const before = this.#kept.get(number) ?? [];
    const changed = tables.some(({ map }, index) => map.size !== before[index]?.size || [...map].some(([name, one]) => before[index]?.get(name) !== one));
    if (changed && this.#like(number).lasts) {
      this.#kept.set(number, tables.map(({ map }) => map));
      this.#defined++;
    }
    for (const table of tables) table.map = new Map();
  }

  /** @param {number} number */
  #like(number) {
    return this.#scopes[number % this.#scopes.length];
  }

  #tables() {
    return Object.values(this.#stack.global);
  }

  /** @param {number} number */
  #begin(number) {
    const { Macro } = window.MathJax._.input.tex.Token;
    const { default: Base } = window.MathJax._.input.tex.base.BaseMethods;
    const begins = this.#tables().map(() => new Map());
    const commands = begins[Object.keys(this.#stack.global).indexOf('new-Command')];
    for (const [name, text] of Object.entries(this.#like(number).macros)) {
      commands.set(name, new Macro(name, Base.Macro, [text].flat()));
    }
    this.#kept.set(number, begins);
    return begins;
  }
}
