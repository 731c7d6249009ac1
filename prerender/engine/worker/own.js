/**
 * What MathJax's modules keep for all documents of a tab, and no one else can reach, made each document's
 * own: which names load a package (autoload), the fonts of characters (`\unicode`), attributes.
 *
 * Sources: MathJax 4 ts/input/tex/autoload/AutoloadConfiguration.ts, unicode/UnicodeConfiguration.ts.
 */

const AUTOLOADS = ['autoload-macros', 'autoload-environments'];

/** To be called before an input for TeX is made. */
export function clearAutoloads() {
  for (const map of sharedAutoloads()) map.map.clear();
}

function sharedAutoloads() {
  const { MapHandler } = window.MathJax._.input.tex.MapHandler;
  return AUTOLOADS.map((name) => MapHandler.getMap(name)).filter(Boolean);
}

/**
 * Give an input tables of its own.
 *
 * @param {any} tex  an input that was just made
 */
export function ownAutoloads(tex) {
  const { Macro } = window.MathJax._.input.tex.Token;
  const own = sharedAutoloads().map((shared) => [shared, Object.assign(Object.create(Object.getPrototypeOf(shared)), shared, { map: new Map(shared.map) })]);
  const loaded = (/** @type {string} */ extension) => {
    for (const [, { map }] of own) {
      for (const [name, macro] of map) if (macro.args[0] === extension) map.delete(name);
    }
  };
  for (const [, { map }] of own) {
    for (const [name, macro] of map) {
      const load = (/** @type {any[]} */ ...given) => {
        macro.func(...given);
        loaded(macro.args[0]); // else a name that the package does not have would load it for ever
      };
      map.set(name, new Macro(name, load, macro.args));
    }
  }
  for (const handler of tex.parseOptions.handlers.map.values()) {
    for (const entry of handler._configuration.items) {
      entry.item = own.find(([shared]) => shared === entry.item)?.[1] ?? entry.item;
    }
  }
  clearAutoloads();
}

/**
 * MathJax's methods write what one formula asks for (its font) into the attributes of a character's
 * entry, which are those of all formulas (ParseMethods.ts: mathchar0mo, mathchar7).
 */
export function ownAttributes() {
  const { Token } = window.MathJax._.input.tex.Token;
  Object.defineProperty(Token.prototype, 'attributes', {
    get() {
      return this._attributes && { ...this._attributes };
    },
  });
}

/**
 * The package texhtml has the search of a page know its element as soon as an input is configured
 * (texhtml/TexHtmlConfiguration.ts). No page is searched here: it is known from the start.
 */
export function ownElements() {
  const { HTMLDomStrings } = window.MathJax._.handlers.html.HTMLDomStrings;
  HTMLDomStrings.OPTIONS.includeHtmlTags['tex-html'] = () => '';
}

/** Under which an input has the fonts of its characters. */
const FONTS = 'prerender-unicode';

/** `\unicode[font]{number}` gives a character its font for all that follows in its document. */
export function ownCharacters() {
  const { Macro } = window.MathJax._.input.tex.Token;
  const { MapHandler } = window.MathJax._.input.tex.MapHandler;
  MapHandler.getMap('unicode').add('unicode', new Macro('unicode', character));
}

const SIZE = /^ *(?:\d+\.?\d*|\.\d+) *, *(?:\d+\.?\d*|\.\d+) *$/;

/**
 * @param {any} parser
 * @param {string} name
 */
function character(parser, name) {
  const first = parser.GetBrackets(name) ?? '';
  const given = SIZE.test(first) ? (parser.GetBrackets(name) ?? '') : first;
  const number = parser.GetArgument(name).trim().replace(/^0?x/, '0x');
  if (given.includes(';')) throw wrong('BadFont', `Font name for ${name} can't contain semicolons`);
  if (!/^(?:0x[\da-f]+|\d+)$/i.test(number)) throw wrong('BadUnicode', `Argument to ${name} must be a number`);
  const { packageData } = parser.configuration;
  if (!packageData.has(FONTS)) packageData.set(FONTS, new Map());
  const fonts = packageData.get(FONTS);
  const font = given || fonts.get(Number(number));
  if (font) fonts.set(Number(number), font);
  parser.Push(characterNode(parser, Number(number), font));
}

/**
 * @param {any} parser
 * @param {number} number
 * @param {string | undefined} font
 */
function characterNode(parser, number, font) {
  const { default: NodeUtil } = window.MathJax._.input.tex.NodeUtil;
  if (number > 0x10ffff) throw wrong('BadUnicode', `There is no character ${number}`);
  const variant = parser.stack.env.font ?? '';
  const bold = variant.includes('bold') ? { fontweight: 'bold' } : {};
  const italic = /italic|-mathit/.test(variant) ? { fontstyle: 'italic' } : {};
  const look = font ? { fontfamily: font, ...bold, ...italic } : variant ? { mathvariant: variant } : {};
  const node = parser.create('token', 'mtext', look, String.fromCodePoint(number));
  NodeUtil.setProperty(node, 'unicode', true);
  return node;
}

/**
 * @param {string} id
 * @param {string} message
 */
function wrong(id, message) {
  const { default: TexError } = window.MathJax._.input.tex.TexError;
  return new TexError(id, message);
}
