/**
 * A declaration that a formula's author has written in; out: whether it only changes the looks of the
 * formula. It makes no request, covers nothing, hides nothing of the page, and takes no names of it.
 * What is not known is left out: https://www.w3.org/TR/css/ goes on growing.
 */

/** How letters and lines look, and where within the formula they are. */
const PROPERTIES = new Set([
  'color', 'fill', 'fill-opacity', 'fill-rule', 'stroke', 'stroke-width', 'stroke-opacity', 'stroke-dasharray',
  'stroke-dashoffset', 'stroke-linecap', 'stroke-linejoin', 'stroke-miterlimit', 'opacity', 'paint-order',
  'vector-effect', 'visibility', 'cursor', 'direction', 'unicode-bidi', 'text-anchor', 'dominant-baseline',
  'font-family', 'font-size', 'font-size-adjust', 'font-stretch', 'font-style', 'font-weight', 'font-kerning',
  'font-variant', 'font-variant-caps', 'font-variant-ligatures', 'font-variant-numeric', 'font-feature-settings',
  'letter-spacing', 'word-spacing', 'line-height', 'white-space', 'text-transform', 'text-align', 'text-indent',
  'text-decoration', 'text-decoration-line', 'text-decoration-style', 'text-decoration-color',
  'text-decoration-thickness', 'text-underline-offset', 'text-underline-position', 'text-emphasis',
  'transform', 'transform-origin', 'transform-box', 'rotate', 'scale', 'translate',
]);
/** What computes a colour, a place or a number. */
const FUNCTIONS = new Set([
  'rgb', 'rgba', 'hsl', 'hsla', 'hwb', 'lab', 'lch', 'oklab', 'oklch', 'color', 'color-mix', 'calc', 'min', 'max',
  'clamp', 'matrix', 'rotate', 'rotatex', 'rotatey', 'rotatez', 'rotate3d', 'matrix3d', 'perspective', 'scale',
  'scalex', 'scaley', 'scalez', 'scale3d', 'skew', 'skewx', 'skewy', 'translate', 'translatex', 'translatey',
  'translatez', 'translate3d',
]);
const CALL = /([\w-]*)\s*\(/g;
/** Nothing that ends a declaration, begins a comment or an escape, or could be read in two ways. */
const FORBIDDEN = /[\\{};<>@]|\/\*|[^\t\n\x20-\u{10ffff}]/u;

/**
 * @param {string} name  of a property
 * @param {string} value  as the browser has read it
 */
export function isHarmless(name, value) {
  return PROPERTIES.has(name) && !FORBIDDEN.test(value) && [...value.matchAll(CALL)].every(isKnown);
}

/**
 * @param {string} name  of an attribute
 * @param {string} value
 */
export function isHarmlessAttribute(name, value) {
  return !PROPERTIES.has(name) || isHarmless(name, value);
}

/** @param {string[]} call */
function isKnown([, name]) {
  return !name || FUNCTIONS.has(name.toLowerCase());
}
