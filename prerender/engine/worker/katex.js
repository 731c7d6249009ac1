/**
 * What KaTeX's TeX has and MathJax's has not: commands that no macro can stand for, and colours.
 * MathJax's parts in, packages for its TeX input out.
 *
 * Sources: katex.org, "Supported Functions", "Support Table".
 */

import { PX_PER_EM, X_HEIGHT } from './protocol.js';

/** The name of the package, in math and in text, and of its data: the scopes of an input (scopes.js). */
export const PACKAGE = 'prerender-katex';
const IN_TEXT = `${PACKAGE}-text`;

/** As KaTeX's parser has it: three to eight hexadecimal digits, six of them without a sign, or a name. */
const COLOR = /^(?:#(?:[\da-f]{3,4}|[\da-f]{6}|[\da-f]{8})|[\da-f]{6}|[a-z]+)$/i;

/** Accents over letters in text, with what they are over letters of math. */
const ACCENTS = {
  "'": ['\u0301', '\u00B4', '\\acute'],
  '`': ['\u0300', '\u0060', '\\grave'],
  '^': ['\u0302', '\u005E', '\\hat'],
  '"': ['\u0308', '\u00A8', '\\ddot'],
  '~': ['\u0303', '\u007E', '\\tilde'],
  '=': ['\u0304', '\u00AF', '\\bar'],
  '.': ['\u0307', '\u02D9', '\\dot'],
  u: ['\u0306', '\u02D8', '\\breve'],
  v: ['\u030C', '\u02C7', '\\check'],
  r: ['\u030A', '\u02DA', '\\mathring'],
  H: ['\u030B', '\u02DD', ''],
  c: ['\u0327', '\u00B8', ''],
};

/** Characters that have names in text. */
const CHARACTERS = {
  AE: 'Æ', ae: 'æ', OE: 'Œ', oe: 'œ', O: 'Ø', o: 'ø', ss: 'ß', i: 'ı', j: 'ȷ', aa: 'å', AA: 'Å',
  textellipsis: '…', dots: '…', dotso: '…', dotsc: '…', dotsx: '…', mathellipsis: '…',
  textasciitilde: '~', textasciicircum: '^', textbackslash: '\\', textless: '<', textgreater: '>',
  textbar: '|', textbardbl: '‖', textbraceleft: '{', textbraceright: '}', textdollar: '$',
  textunderscore: '_', textendash: '–', textemdash: '—', textquoteleft: '‘', textquoteright: '’',
  textquotedblleft: '“', textquotedblright: '”', textsterling: '£', textdegree: '°',
  textcopyright: '©', textregistered: '®', textdagger: '†', textdaggerdbl: '‡', lq: '‘', rq: '’',
  space: '\u00A0', nobreakspace: '\u00A0', newline: ' ', ordinarycolon: ':', degree: '°',
  checkmark: '✓', maltese: '✠', circledR: '®', yen: '¥', pounds: '£', mathsterling: '£', P: '¶',
};

/** What does nothing in text. */
const NOTHING = [
  'displaystyle', 'textstyle', 'scriptstyle', 'scriptscriptstyle', 'relax', 'nobreak', 'allowbreak',
  'DOTSB', 'DOTSI', 'DOTSX',
];

/** What text has from math. */
const FROM_MATH = {
  TeX: '$\\TeX$', LaTeX: '$\\LaTeX$', KaTeX: '$\\KaTeX$', boxed: '$\\boxed{#1}$', fbox: '$\\fbox{#1}$',
  sout: '$\\sout{\\text{#1}}$', clap: '$\\mathclap{\\text{#1}}$', mathclap: '$\\mathclap{\\text{#1}}$',
  mathllap: '$\\mathllap{\\text{#1}}$', mathrlap: '$\\mathrlap{\\text{#1}}$', hbox: '{#1}', mbox: '{#1}', text: '{#1}',
  textmd: '{#1}', pmb: '$\\boldsymbol{\\text{#1}}$', underbar: '\\underline{#1}', textcircled: '$\\textcircled{\\text{#1}}$', reflectbox: '$\\reflectbox{#1}$',
  negmedspace: '$\\negmedspace$', negthickspace: '$\\negthickspace$', gray: '{\\textcolor{gray}{#1}}',
};

/** Names of delimiters. */
const DELIMITERS = {
  darr: '\u2193', uarr: '\u2191', dArr: '\u21D3', Darr: '\u21D3', uArr: '\u21D1', Uarr: '\u21D1',
  lang: '\u27E8', rang: '\u27E9',
};

/** Names of sizes, as factors. */
const SIZES = { sixptsize: 0.6, tiny: 0.5, small: 0.9, large: 1.2, Large: 1.44, LARGE: 1.728, huge: 2.074, Huge: 2.488 };

/** @param {string} text  what a macro stands for */
const macro = (text) => [Math.max(0, ...[...text.matchAll(/(?<!#)(?:##)*#([1-9])/g)].map(([, n]) => Number(n)))];

/** Makes the packages, once; MathJax is loaded. */
function makePackages() {
  const { tex } = window.MathJax._.input;
  const { Configuration } = tex.Configuration;
  const { CommandMap, DelimiterMap, MacroMap } = tex.TokenMap;
  const { default: ParseMethods } = tex.ParseMethods;
  const { default: Base } = tex.base.BaseMethods;
  const { default: NodeUtil } = tex.NodeUtil;
  const { default: TexError } = tex.TexError;
  const { default: TexParser } = tex.TexParser;
  const { ParseUtil } = tex.ParseUtil;
  const { AmsMethods } = tex.ams.AmsMethods;
  const { NewcommandUtil } = tex.newcommand.NewcommandUtil;
  const { retryAfter } = window.MathJax._.util.Retries;
  const { TextMacrosMethods: Text } = tex.textmacros.TextMacrosMethods;

  /** @typedef {MJ.Parser} Parser */
  /** @type {(parser: Parser) => import('./scopes.js').Scopes} */
  const scopesIn = (parser) => parser.configuration.packageData.get(PACKAGE);
  const isText = (/** @type {Parser} */ parser) => 'envStack' in parser;
  const math = (/** @type {Parser} */ parser, /** @type {string} */ text) => new TexParser(text, parser.stack.env, parser.configuration).mml();
  const goOnWith = (/** @type {Parser} */ parser, /** @type {string} */ text) => {
    parser.string = text;
    parser.i = 0;
    ParseUtil.checkMaxMacros(parser);
  };
  const insert = (/** @type {Parser} */ parser, /** @type {string} */ text) => goOnWith(parser, text + parser.string.slice(parser.i));

  /**
   * The next token as it is written: a control sequence, a group of braces is none.
   *
   * @param {Parser} parser
   */
  function token(parser) {
    if (parser.GetNext() !== '\\') return parser.string.charAt(parser.i++);
    parser.i++;
    return `\\${parser.GetCS()}`;
  }

  /** A token that begins text: what would join a control sequence is kept apart from it. */
  const before = (/** @type {string} */ first, /** @type {string} */ rest) => (/\\[a-zA-Z]+$/.test(first) && /^[a-zA-Z]/.test(rest) ? `${first} ${rest}` : first + rest);

  /**
   * Puts the expansion of the macro that comes next in its place, if one does.
   *
   * @param {Parser} parser
   */
  function expandNext(parser) {
    const start = parser.i;
    const name = token(parser);
    const found = name.length > 1 && parser.lookup('macro', name.slice(1));
    const expandable = found && [Base.Macro, Methods.expandafter, Methods.char, Methods.textOrMath].includes(found._func ?? found.func);
    if (expandable) (found._func ?? found.func)(parser, name, ...found.args);
    else parser.i = start;
    return Boolean(expandable);
  }

  /**
   * A text with all macros in it expanded that can be (`\edef`).
   *
   * @param {Parser} parser
   * @param {string} text
   */
  function expanded(parser, text) {
    const inner = Object.create(parser, {
      string: { value: text, writable: true },
      i: { value: 0, writable: true },
    });
    let result = '';
    for (let turn = 0; inner.i < inner.string.length && turn < 10_000; turn++) {
      if (inner.string.charAt(inner.i) !== '\\') {
        result += inner.string.charAt(inner.i++);
      } else if (!expandNext(inner)) {
        let name = token(inner);
        if (name === '\\noexpand') name = token(inner);
        const space = /[a-zA-Z]$/.test(name) && /^\s/.test(inner.string.slice(inner.i)) ? ' ' : '';
        result = before(result, name) + space;
      }
    }
    return result;
  }

  /**
   * A line with ends through it, over or under math: as wide as that is.
   *
   * @param {Parser} parser
   * @param {string} name
   * @param {'over' | 'under'} place
   */
  function segment(parser, name, place) {
    const text = parser.GetArgument(name);
    const box = (/** @type {string} */ style, /** @type {string} */ height, /** @type {MJ.Node} */ inner) =>
      parser.create('node', 'mpadded', [inner], { style, height, depth: 0 });
    const line = box('border-top: .05em solid', '.15em', parser.create('node', 'mphantom', [math(parser, text)]));
    const script = box('border-left: .05em solid; border-right: .05em solid', '.3em', line);
    const stack = parser.create('node', `m${place}`, [math(parser, text), script], { [place === 'over' ? 'accent' : 'accentunder']: true });
    parser.Push(parser.create('node', 'TeXAtom', [stack], { texClass: 0, movesupsub: true }));
  }

  /** @type {Record<string, (parser: Parser, name: string, ...args: any[]) => unknown>} as MathJax calls them */
  const Methods = {
    /** `\char`, in all of KaTeX's forms. */
    char(parser) {
      parser.GetNext();
      const rest = parser.string.slice(parser.i);
      const [whole, octal, hex, letter, decimal] = /^(?:'([0-7]+)|"([\da-fA-F]+)|`\\?(.)|(\d+)) ?/su.exec(rest) ?? [];
      if (whole === undefined) throw new TexError('MissingNumber', 'There is no number for \\char');
      parser.i += whole.length;
      const code = letter?.codePointAt(0) ?? parseInt(octal ?? hex ?? decimal, octal ? 8 : hex ? 16 : 10);
      if (code > 0x10FFFF) throw new TexError('InvalidChar', '\\char with a code point that is invalid');
      const character = String.fromCodePoint(code);
      if (isText(parser)) parser.text += character;
      else parser.Push(parser.create('token', /\d/.test(character) ? 'mn' : 'mi', { mathvariant: 'normal', ...ParseUtil.getFontDef(parser) }, character));
    },
    textOrMath(parser, name) {
      const [text, maths] = [parser.GetArgument(name), parser.GetArgument(name)];
      insert(parser, isText(parser) ? text : maths);
    },
    expandafter(parser) {
      const first = token(parser);
      expandNext(parser);
      goOnWith(parser, before(first, parser.string.slice(parser.i)));
    },
    noexpand() {},
    edef(parser, name, prefix) {
      const cs = NewcommandUtil.GetCSname(parser, name);
      const start = parser.i;
      NewcommandUtil.GetTemplate(parser, name, `\\${cs}`);
      const template = parser.string.slice(start, parser.i);
      insert(parser, `${prefix}\\def\\${cs}${template}{${expanded(parser, parser.GetArgument(name))}}`);
    },
    futurelet(parser, name) {
      const cs = NewcommandUtil.GetCSname(parser, name);
      const [first, second] = [token(parser), token(parser)];
      const rest = before(first, before(second, parser.string.slice(parser.i)));
      goOnWith(parser, `\\let\\${cs}=${before(second, rest)}`);
    },
    /** What only a console shows. */
    swallow: (parser, name) => void parser.GetArgument(name),
    swallowToken: (parser) => void token(parser),
    nothing() {},
    global(parser) {
      if (!/^\s*\\(?:global|long|[gex]?def|let|futurelet)(?![a-zA-Z])/.test(parser.string.slice(parser.i))) {
        throw new TexError('IllegalGlobal', 'There is no definition after \\global');
      }
      parser.stack.env.isGlobal = true;
    },
    size(parser, name, factor) {
      if (isText(parser)) Text.SetSize(parser, name, factor);
      else Base.SetSize(parser, name, factor);
    },
    /** An accent of text: one character with its letter where there is one. */
    accent(parser, name, combining, spacing, command) {
      if (!isText(parser) && command) return insert(parser, `${command} `);
      const letter = parser.GetArgument(name).trim().replace(/^\\(i|j)\s*$/, (_, /** @type {'i' | 'j'} */ one) => CHARACTERS[one]);
      const composed = (letter + combining).normalize('NFC');
      if (isText(parser) && [...composed].length === 1) {
        parser.text += composed;
        return undefined;
      }
      const base = isText(parser) ? new parser.constructor(letter, parser.stack.env, parser.configuration).mml() : math(parser, letter);
      const mo = parser.create('token', 'mo', { stretchy: false }, spacing);
      const under = combining === ACCENTS.c[0];
      const node = parser.create('node', under ? 'munder' : 'mover', [base, mo], { [under ? 'accentunder' : 'accent']: true });
      parser.Push(parser.create('node', 'TeXAtom', [node]));
      return undefined;
    },
    /** Braces end what is defined in them; they do nothing of the kind where nothing is. */
    open(parser, c) {
      Base.Open(parser, c);
      scopesIn(parser).open();
    },
    close(parser, c) {
      Base.Close(parser, c);
      scopesIn(parser).close();
    },
    /** Text in math: italic in upright text, upright in italic. */
    emph: (parser, name) => insert(parser, `\\text{\\emph{${parser.GetArgument(name)}}}`),
    raisebox(parser, name) {
      const size = parser.GetArgument(name).replace(/\s+/g, '');
      const text = parser.GetArgument(name);
      insert(parser, isText(parser) ? `$\\raise ${size}{\\text{${text}}}$` : `\\raise ${size}{\\text{${text}}}`);
    },
    overSegment: (parser, name) => segment(parser, name, 'over'),
    underSegment: (parser, name) => segment(parser, name, 'under'),
    /** Arrows of which only mhchem has the glyphs. */
    equilibrium(parser, name, ...args) {
      const { loader } = window.MathJax;
      if (!loaded.has('mhchem')) retryAfter(loader.load('[tex]/mhchem').then(() => loaded.add('mhchem')));
      AmsMethods.xArrow(parser, name, ...args);
    },
    /** An image would be a request. */
    image(_parser, name) {
      throw new TexError('NoImages', '%1 is not supported: a formula cannot hold an image here', name);
    },
    /** `\htmlData`: what an author gives is kept, unlike the attributes that MathJax makes (draw.js). */
    data(parser, name) {
      const pairs = ParseUtil.keyvalOptions(parser.GetArgument(name));
      const node = parser.create('node', 'mrow', [parser.ParseArg(name)]);
      for (const [key, value] of Object.entries(pairs)) NodeUtil.setAttribute(node, `data-kept-${key}`, String(value));
      parser.Push(node);
    },
  };
  const loaded = new Set();

  const accents = Object.fromEntries(Object.entries(ACCENTS).map(([name, parts]) => [name, [Methods.accent, ...parts]]));
  const sizes = Object.fromEntries(Object.entries(SIZES).map(([name, factor]) => [name, [Methods.size, factor]]));
  const both = {
    ...accents,
    ...sizes,
    char: Methods.char,
    TextOrMath: Methods.textOrMath,
    expandafter: Methods.expandafter,
    noexpand: Methods.noexpand,
    raisebox: Methods.raisebox,
    message: Methods.swallow,
    errmessage: Methods.swallow,
    show: Methods.swallowToken,
    includegraphics: Methods.image,
  };
  new CommandMap(PACKAGE, {
    ...both,
    global: Methods.global,
    long: Methods.nothing,
    gdef: [Base.Macro, '\\global\\def'],
    edef: [Methods.edef, ''],
    xdef: [Methods.edef, '\\global'],
    futurelet: Methods.futurelet,
    emph: Methods.emph,
    overlinesegment: Methods.overSegment,
    underlinesegment: Methods.underSegment,
    utilde: [Base.UnderOver, '02DC', 1],
    widecheck: [Base.Accent, '02C7', 1],
    xrightleftarrows: [AmsMethods.xArrow, 0x21C4, 9, 9],
    xrightequilibrium: [Methods.equilibrium, 0xE409, 5, 9],
    xleftequilibrium: [Methods.equilibrium, 0xE40A, 9, 11],
    htmlData: Methods.data,
  });
  const characters = Object.entries(CHARACTERS).map(([name, character]) => [name, [Text.Insert, character]]);
  const fromMath = Object.entries(FROM_MATH).map(([name, text]) => [name, [Base.Macro, text, ...macro(text)]]);
  new CommandMap(IN_TEXT, {
    textllap: Text.Lap,
    textrlap: Text.Lap,
    ...Object.fromEntries([...characters, ...fromMath, ...NOTHING.map((name) => [name, [Methods.nothing]])]),
    ...both,
  });
  new DelimiterMap(`${PACKAGE}-delimiters`, ParseMethods.delimiter, Object.fromEntries(Object.entries(DELIMITERS).map(([name, character]) => [`\\${name}`, character])));
  new MacroMap(`${PACKAGE}-groups`, { '{': Methods.open, '}': Methods.close });
  Configuration.create(PACKAGE, {
    handler: { character: [`${PACKAGE}-groups`], macro: [PACKAGE], delimiter: [`${PACKAGE}-delimiters`] },
    priority: 4,
    postprocessors: [(/** @type {{data: any}} */ { data }) => stretchArrays(data)],
  });
  Configuration.create(IN_TEXT, { parser: 'text', handler: { macro: [IN_TEXT] }, priority: 0 });
}

/**
 * `\def\arraystretch{1.5}`: the rows of tables have that many times their usual height.
 *
 * @param {any} data  the input's options, with the compiled formula
 */
function stretchArrays(data) {
  const factor = parseFloat(data.handlers.get('macro').lookup('arraystretch')?.args[0]);
  if (!(factor > 0)) return;
  data.root.walkTree((/** @type {any} */ node) => {
    if (!node.isKind('mtable')) return;
    const spaces = String(node.attributes.get('rowspacing')).split(/\s+/);
    const stretched = spaces.map((space) => `${(parseFloat(space) * (SPACE_UNITS[/[a-z]*$/.exec(space)?.[0] ?? 'em'] ?? 1) + (factor - 1) * ROW).toFixed(3)}em`);
    node.attributes.set('rowspacing', stretched.join(' '));
  });
}

/** The height of a row of an array, in em, and units as parts of an em. */
const ROW = 1.2;
/** @type {Record<string, number>} */
const SPACE_UNITS = { em: 1, ex: X_HEIGHT / 1000, pt: 0.1, px: 1 / PX_PER_EM };

/**
 * Options of a page's TeX with our packages.
 *
 * @param {any} options
 */
export function withPackages(options) {
  if (!window.MathJax._.input.tex.Configuration.ConfigurationHandler.get(PACKAGE)) makePackages();
  return { ...options, packages: [...options.packages, PACKAGE], textmacros: { packages: ['text-base', IN_TEXT] } };
}

/**
 * What KaTeX reads in another way, with a command of its own or without one.
 *
 * @param {any} tex  the input
 */
export function readAsKatex(tex) {
  const { default: TexError } = window.MathJax._.input.tex.TexError;
  // Colours are CSS's names, not LaTeX's
  tex.parseOptions.packageData.get('color').model.getColor = (/** @type {string} */ model, /** @type {string} */ name) => {
    if (model || !COLOR.test(name)) throw new TexError('BadColor', "Invalid color: '%1'", name);
    return /^[\da-f]{6}$/i.test(name) ? `#${name}` : name;
  };
  // Its \llap is for text; that of MathJax, which writes diagrams and chemistry with it, is for math
  tex.preFilters.add((/** @type {{math: MJ.Item}} */ { math }) => {
    math.math = math.math.replace(LAP, '$1\\text$2');
  });
}

const LAP = /(?<!\\)((?:\\\\)*)\\([lr]lap)(?![a-zA-Z])/g;
