/**
 * Measures the formulas of a rendered page at a screen's width; returns what is wrong with them.
 *
 * A picture's viewBox defines its intended size and the position of its baseline. Text in our font
 * defines them by its style; while it is measured, a picture inside it (a stand-in) has its units. A
 * `math` has such a picture beside it; how high it is, only its browser knows. The actual geometry is measured against references: pictures of size zero beside the formula, on the
 * baseline of the text, which everything around the formula moves and turns in the same way.
 *
 * @param {{textSize: number, shrink: number, xHeight: number, mathXHeight: number, wideFrom: number | null}} options
 *   text size factor (1: the page's own); the least readable fraction of a formula's size; the height
 *   of an x in MathJax's font, in thousandths of an em; the same in that of MathML; the pixels from
 *   which a display is wide enough for a picture
 */
({ textSize, shrink, xHeight, mathXHeight, wideFrom }) => {
  /**
   * @typedef {object} Violation
   * @property {number} index  of the formula in the page
   * @property {string} reason
   *
   * @typedef {object} Compromise  a formula that is shrunk or scrolls
   * @property {number} index
   * @property {'shrinks' | 'scrolls'} how
   * @property {number} layouts  the number of its layouts
   * @property {number} needed  the width of the narrowest of them, in pixels
   * @property {number} room  the available width, in pixels
   *
   * @typedef {object} Part  a formula in the page, possibly a copy that a script has made
   * @property {number} index  of the formula
   * @property {HTMLElement} formula  an element of our own
   * @property {Element | null} box  the element that contains its layouts
   * @property {Picture[]} pictures  all its pictures
   * @property {Picture[]} seen  the visible ones
   * @property {number} ex  pixels of an ex in it
   * @property {number} textEx  pixels of an ex in the text around it
   *
   * @typedef {SVGSVGElement | HTMLElement | MathMLElement} Picture  an svg, a text in our font
   *   (`prm-text`), or a `math`
   *
   * @typedef {[index: number, formula: Element]} Indexed
   *
   * @typedef {{part: Pick<Part, 'index' | 'formula' | 'seen'>, reason: string}} Found
   *
   * @typedef {object} Drawn  what has become of a picture, but for what is done to all around it
   * @property {number} angle  degrees
   * @property {boolean} mirrored
   * @property {number} slant  the cosine of the angle between its sides
   * @property {number} width  pixels of a thousandth of an em across
   * @property {number} height  and upwards
   * @property {number | null} sinks  pixels that it stands too low; null: it stands on no line of text
   */

  const FORMULA = 'mjx-container[data-tex]';
  const BOX = 'prm-box';
  const SCROLL = 'prm-box, prm-scroll, prm-view';
  /** What generators put around a formula. */
  const WRAPPER =
    ':is(.math,.arithmatex,.equation,.katex,.katex-display,.MathJax,.MathJax_Display,.MathJax_Preview):not([hidden])';
  const SVG = 'http://www.w3.org/2000/svg';
  const TEXT = 'prm-text';
  /** Of MathML, it is plain text. */
  const REFERENCE = ':scope > prm-mml > a';
  const FONT = 'prm-math';
  /** Thousandths of an em: what a text is as high, and as deep, as, that says nothing else. */
  const TEXT_BOX = { y: -750, height: 1000 };
  /** Less than this, in CSS pixels, nobody sees. */
  const SLACK = 1;
  /** Nor this share of a size. */
  const CLOSE = 0.02;
  /** Em that a formula may stand too low or too high. */
  const OFF_LINE = 0.05;
  const CLIPS = /hidden|clip/;
  const SCROLLS = /auto|scroll/;

  /** @type {Map<Picture, SVGSVGElement>} from texts to pictures that stand where they begin, in their units */
  const standIns = new Map();

  const root = document.documentElement;
  const state = (globalThis.prerender ??= {});
  if (textSize !== 1) enlargeText();
  const present = [...document.querySelectorAll(FORMULA)];
  /** @type {Element[]} */
  const parsed = state.parsed ? [...state.parsed.keys()] : present;
  const copied = copies();
  const parts = measured([...parsed.entries(), ...copied].filter(([, formula]) => formula.isConnected));
  const shown = parts.filter((part) => part.seen.length > 0);
  const drawn = drawings();
  /** @type {Found[]} */
  const found = [
    ...taken(),
    ...parts.flatMap((part) => wrong(part).map((reason) => ({ part, reason }))),
    ...widening(),
  ].filter(isNew);
  state.violators = found.map(({ part }) => (part.seen.length > 0 ? part.formula : placeOf(part.formula)));
  const exhibits = wideFrom === null ? [] : shown.filter(isDisplay).map(exhibit).filter(({ asks }) => asks >= wideFrom);
  state.exhibits = exhibits.map(({ formula }) => formula);
  return {
    exhibits: exhibits.map(({ index, asks }) => ({ index, natural: asks })),
    formulas: parsed.length,
    displays: shown.filter(isDisplay).length,
    scripted: document.querySelector('script, [onload], [onerror]') !== null,
    problems: problems(),
    violations: found.map(({ part, reason }) => ({ index: part.index, reason })),
    compromises: shown.flatMap(compromise),
  };

  /**
   * @param {Element} element
   * @returns {element is HTMLElement}  or of SVG, or of MathML
   */
  function hasStyle(element) {
    return 'style' in element;
  }

  /** What a browser does that enlarges text alone: every font is so many times as large. */
  function enlargeText() {
    const elements = [...document.querySelectorAll(':not(svg, svg *, mjx-container *)')].filter(hasStyle);
    const sizes = elements.map((element) => Number.parseFloat(getComputedStyle(element).fontSize));
    elements.forEach((element, index) => {
      element.style.setProperty('font-size', `${sizes[index] * textSize}px`, 'important');
    });
  }

  /**
   * The formulas that scripts have put into the page, each with the index of the one that it is a
   * copy of: one that is gone, if there is one like it.
   *
   * @returns {Indexed[]}
   */
  function copies() {
    const known = new Set(parsed);
    const gone = parsed.map((formula, index) => ({ formula, index })).filter(({ formula }) => !formula.isConnected);
    return present
      .filter((formula) => !known.has(formula))
      .map((copy) => {
        const isLike = (/** @type {Element} */ formula) => formula.getAttribute('data-tex') === copy.getAttribute('data-tex');
        const original = gone.findIndex(({ formula }) => isLike(formula));
        return /** @type {Indexed} */ ([original < 0 ? parsed.findIndex(isLike) : gone.splice(original, 1)[0].index, copy]);
      })
      .filter(([index]) => index >= 0);
  }

  /**
   * All probes stand at once, for one reflow.
   *
   * @param {Indexed[]} formulas
   * @returns {Part[]}
   */
  function measured(formulas) {
    const probes = formulas.map(([, formula]) => [formula, around(formula)].map(probe));
    const sizes = probes.map((pair) => pair.map((one) => Number.parseFloat(getComputedStyle(one).width) / 100));
    for (const one of probes.flat()) one.remove();
    return formulas.map(([index, formula], at) => {
      const pictures = picturesOf(formula);
      const [ex, textEx] = sizes[at];
      return { index, formula: /** @type {HTMLElement} */ (formula), box: formula.querySelector(BOX), pictures, seen: seenOf(pictures, formula), ex, textEx };
    });
  }

  /**
   * The pictures that are seen; or will be, if all around them is still to come into sight.
   *
   * @param {Picture[]} pictures
   * @param {Element} formula
   */
  function seenOf(pictures, formula) {
    const seen = pictures.filter(isSeen);
    return seen.length > 0 || isPlaceSeen(formula) ? seen : pictures.filter(hasBox);
  }

  /**
   * What an element stands in, while it is in the page.
   *
   * @param {Element} element
   */
  function around(element) {
    return element.parentElement ?? root;
  }

  /** @param {Element} element */
  function probe(element) {
    const span = document.createElement('span');
    span.style.cssText = `position:absolute!important;display:block!important;visibility:hidden!important;
      box-sizing:content-box!important;padding:0!important;border:0!important;font:inherit!important;
      height:0!important;width:100ex!important;min-width:0!important;max-width:none!important`;
    element.append(span);
    return span;
  }

  /**
   * Pictures of its own, and not those that keep room only, or that are part of a text.
   *
   * @param {Element} formula
   * @returns {Picture[]}
   */
  function picturesOf(formula) {
    const texts = [.../** @type {NodeListOf<HTMLElement>} */ (formula.querySelectorAll(TEXT))];
    const maths = [.../** @type {NodeListOf<MathMLElement>} */ (formula.querySelectorAll('math'))].filter((math) => !math.parentElement?.closest('math, prm-math'));
    const all = [...texts, ...maths, ...[...formula.querySelectorAll('svg')].filter(isPicture)];
    return all.sort((one, other) => (one.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1));
  }

  /** @param {SVGSVGElement} svg */
  function isPicture(svg) {
    const draws = svg.hasAttribute('viewBox') || [...svg.children].some((child) => child.localName !== 'desc');
    return draws && !isNested(svg);
  }

  /**
   * The box that a picture is meant to have, in its units, with the line at 0; null: its room is all.
   *
   * @param {Picture} picture
   * @returns {{width: number, y: number, height: number} | null}
   */
  function boxOf(picture) {
    if (picture instanceof SVGSVGElement) return picture.hasAttribute('viewBox') ? picture.viewBox.baseVal : null;
    if (picture.classList.contains('prm-full')) return null;
    if (picture instanceof MathMLElement) return { ...TEXT_BOX, width: widthOf(picture) };
    const style = getComputedStyle(picture);
    const [high, deep, wide] = ['--h', '--d', '--n'].map((name) => 1000 * Number.parseFloat(style.getPropertyValue(name)));
    const box = high ? { y: -high - (deep || 0), height: high } : TEXT_BOX;
    return { ...box, width: wide || (1000 * picture.getBoundingClientRect().width) / Number.parseFloat(style.fontSize) };
  }

  /**
   * The width that a `math` is meant to have, in the units of a picture.
   *
   * @param {MathMLElement} math
   */
  function widthOf(math) {
    const style = getComputedStyle(math);
    const wide = Number.parseFloat(style.getPropertyValue('--n'));
    const ems = wide || math.getBoundingClientRect().width / Number.parseFloat(style.fontSize);
    return (1000 * ems * xHeight) / mathXHeight;
  }

  /**
   * What has the units of a picture.
   *
   * @param {Picture} picture
   * @returns {SVGSVGElement}
   */
  function unitsOf(picture) {
    return picture instanceof SVGSVGElement ? picture : (standIns.get(picture) ?? standIn(picture));
  }

  /**
   * @param {HTMLElement | MathMLElement} text
   * @returns {SVGSVGElement}
   */
  function standIn(text) {
    const one = document.createElementNS(SVG, 'svg');
    if (text instanceof MathMLElement) return standBeside(text, one);
    one.setAttribute('viewBox', '0 0 1000 1000');
    one.style.cssText = `all:initial!important;width:1em!important;height:1em!important;
      margin:0 -1em -1em 0!important;vertical-align:baseline!important;font-size:inherit!important`;
    text.prepend(one);
    standIns.set(text, one);
    return one;
  }

  /**
   * @param {MathMLElement} math
   * @param {SVGSVGElement} one
   */
  function standBeside(math, one) {
    const em = (1000 * xHeight) / mathXHeight;
    one.setAttribute('viewBox', `0 0 ${em} ${em}`);
    one.style.cssText = `all:initial!important;width:1em!important;height:1em!important;
      margin:0 -1em -1em 0!important;vertical-align:baseline!important;font-size:${getComputedStyle(math).fontSize}!important;
      position:${math.getAttribute('display') === 'block' ? 'absolute' : 'static'}!important`;
    // In a box of its own only what is in it is on its line
    if (math.closest('prm-wide')) {
      const text = document.createElementNS(math.namespaceURI, 'mtext');
      text.append(one);
      math.append(text);
      one.style.setProperty('position', 'static', 'important');
    } else math.before(one);
    standIns.set(math, one);
    return one;
  }

  /** @param {SVGSVGElement} svg */
  function isNested(svg) {
    return Boolean(svg.parentElement?.closest(`svg, math, ${TEXT}`));
  }

  /** @param {Element} element */
  function isSeen(element) {
    return element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  }

  /** @param {Element} element */
  function hasBox(element) {
    return element.checkVisibility();
  }

  /** @param {Part} part */
  function isDisplay({ formula }) {
    return formula.hasAttribute('display');
  }

  /**
   * What has become of each picture that is seen; all references stand at once, for one reflow.
   *
   * @returns {Map<Picture, Drawn>}
   */
  function drawings() {
    for (const picture of shown.flatMap(({ seen }) => seen)) unitsOf(picture);
    const references = shown.map((part) => (isOnLine(part) ? onLine(part) : [beside(part)]));
    const all = shown.flatMap((part, index) => {
      const [outer, ...inner] = references[index];
      return part.seen.map((picture, number) => /** @type {const} */ ([picture, transformed(picture, outer, inner[number], part)]));
    });
    for (const one of standIns.values()) one.closest('mtext')?.remove();
    for (const one of [...references.flat(2), ...standIns.values()]) one.remove();
    return new Map(all);
  }

  /**
   * Whether the baseline of a formula is that of the text around it.
   *
   * @param {Part} part
   */
  function isOnLine(part) {
    const { display, float, position } = getComputedStyle(part.formula);
    const text = getComputedStyle(around(part.formula));
    const flows = float === 'none' && /static|relative/.test(position) && /^inline/.test(display);
    const isText = !/flex|grid/.test(text.display) && text.writingMode === 'horizontal-tb';
    return !isDisplay(part) && flows && isText;
  }

  /**
   * References before and after a formula in the text, then before and after each of its pictures: a
   * line may end between any two of them.
   *
   * @param {Part} part
   */
  function onLine({ formula, seen }) {
    const words = seen.map((picture) => picture.closest('prm-wide') ?? picture);
    return [formula, ...words].map((element) => {
      const pair = [reference('static'), reference('static')];
      element.before(pair[0]);
      element.after(pair[1]);
      return pair;
    });
  }

  /** @param {Part} part */
  function beside({ formula }) {
    const svg = reference('absolute');
    formula.before(svg);
    return [svg];
  }

  /** @param {'static' | 'absolute'} position */
  function reference(position) {
    const svg = document.createElementNS(SVG, 'svg');
    svg.style.cssText = `all:initial!important;position:${position}!important;width:0!important;
      height:0!important;vertical-align:baseline!important`;
    return svg;
  }

  /**
   * @param {Picture} picture
   * @param {SVGSVGElement[]} outer  references beside its formula
   * @param {SVGSVGElement[] | undefined} inner  references beside it, if it stands on a line of text
   * @param {Part} part
   * @returns {Drawn}
   */
  function transformed(picture, outer, inner, part) {
    const { a, b, c, d } = relative(picture, outer[0]);
    const [width, height] = [Math.hypot(a, b), Math.hypot(c, d)];
    const angle = (Math.atan2(b, a) * 180) / Math.PI;
    const drawnAs = { angle, mirrored: a * d - b * c < 0, slant: (a * c + b * d) / (width * height || 1), width, height };
    return { ...drawnAs, sinks: inner && boxOf(picture) ? sinks(picture, outer, inner, part) : null };
  }

  /**
   * The transformation from one picture's units to those of another.
   *
   * @param {Picture} picture
   * @param {SVGSVGElement} other
   */
  function relative(picture, other) {
    return matrixOf(other).inverse().multiply(matrixOf(unitsOf(picture)));
  }

  /** @param {SVGSVGElement} picture */
  function matrixOf(picture) {
    return DOMMatrix.fromMatrix(picture.getScreenCTM() ?? undefined);
  }

  /**
   * How far a picture stands below the line of the text: it below its formula's, that below the text's.
   *
   * Its lower edge counts: one that is shrunk, and so not as deep, is not off its line.
   *
   * @param {Picture} picture
   * @param {SVGSVGElement[]} outer
   * @param {SVGSVGElement[]} inner
   * @param {Part} part
   */
  function sinks(picture, outer, inner, part) {
    const { y, height } = boxOf(picture) ?? TEXT_BOX;
    const depth = ((y + height) * part.ex) / xHeight;
    const own = inner.map((one) => {
      const { d, f } = relative(picture, one);
      return f + (y + height) * d - depth;
    });
    const style = getComputedStyle(around(part.formula));
    // A text of several parts may begin on a line of its own and end on another
    const isBroken = picture.querySelector('prm-break') !== null || picture.closest('.prm-parts') !== null;
    const line = Number.parseFloat(style.lineHeight) || Number.parseFloat(style.fontSize) * 1.2;
    // By a line's height: a line ends between them
    const formulas = outer.flatMap((one) => inner.map((other) => relative(other, one).f)).filter((by) => Math.abs(by) < line * 0.8);
    if (isBroken && own.every((by) => Math.abs(by) > line * 0.8)) return null;
    return least(own) + (formulas.length > 0 ? least(formulas) : 0);
  }

  /**
   * The number that is nearest to 0.
   *
   * @param {number[]} numbers
   */
  function least(numbers) {
    return numbers.reduce((nearest, other) => (Math.abs(other) < Math.abs(nearest) ? other : nearest));
  }

  /** Returns the problems of the page as a whole. */
  function problems() {
    if (parsed.length > 0 && parts.length === 0) return ['none of its formulas is in it any more'];
    if (!document.body || !isSeen(document.body)) return ['nothing of it is seen'];
    const lost = [...document.fonts].some(({ family, status }) => family.includes(FONT) && status === 'error');
    return lost ? ['the font of its formulas cannot be loaded'] : [];
  }

  /** Formulas that scripts have taken out of a place that is still shown. */
  function taken() {
    const there = new Set(parts.map(({ index }) => index));
    return parsed
      .map((formula, index) => ({ index, formula: /** @type {HTMLElement} */ (formula), seen: [] }))
      .filter(({ index, formula }) => !there.has(index) && isPlaceSeen(formula))
      .map((part) => ({ part, reason: 'a script has taken it out of the page' }));
  }

  /**
   * Whether one would see what stood in place of a formula.
   *
   * @param {Element} formula
   */
  function isPlaceSeen(formula) {
    const place = placeOf(formula);
    const one = probe(place);
    one.style.setProperty('visibility', 'inherit', 'important');
    place.insertBefore(one, [...place.children].find((child) => child.contains(formula)) ?? null);
    const seen = isSeen(one);
    one.remove();
    return seen;
  }

  /**
   * The innermost element that is there for more than this formula.
   *
   * @param {Element} formula
   */
  function placeOf(formula) {
    const outer = formula.isConnected ? ancestors(formula) : (state.parsed?.get(formula) ?? []);
    return outer.find((element) => !isWrapper(element, formula)) ?? root;
  }

  /**
   * @param {Element} element
   * @param {Element} formula
   */
  function isWrapper(element, formula) {
    const isAlone = () => element.textContent.replace(formula.textContent, '').trim() === '';
    return getComputedStyle(element).display === 'contents' || (element.matches(WRAPPER) && isAlone());
  }

  /** @param {Element} element */
  function ancestors(element) {
    const all = [];
    for (let parent = element.parentElement; parent; parent = parent.parentElement) all.push(parent);
    return all;
  }

  /**
   * @param {Part} part
   * @returns {string[]}
   */
  function wrong(part) {
    if (part.seen.length === 0) {
      const link = part.formula.querySelector(REFERENCE);
      return isPlaceSeen(part.formula) && !(link && isSeen(link)) ? ['nothing of it is seen, though its place is shown'] : [];
    }
    const pictures = part.seen.flatMap((picture) => wrongPicture(picture, part));
    return [...(part.box ? wrongLayout(part.box, part) : []), ...missing(part), ...pictures, ...wrongRoom(part), ...outside(part)];
  }

  /**
   * Exactly one layout is shown, and it is the widest that fits.
   *
   * @param {Element} box
   * @param {Part} part
   */
  function wrongLayout(box, part) {
    const all = [...box.children];
    const seen = all.filter((layout) => inside(part.seen, layout).length > 0);
    if (seen.length !== 1) return [`${seen.length} of its ${all.length} layouts are shown`];
    const room = contentWidth(box);
    const expected = all.find((layout) => needed(layout, part) <= room + SLACK / 10) ?? all[all.length - 1];
    // Thresholds are whole tenths of an ex: a layout may ask for that much more than it needs
    const close = needed(expected, part) + part.ex / 10 >= room;
    if (seen[0] !== expected && !close) return ['the layout that is shown is not the widest that fits'];
    return squeezed(box, part, all.slice(0, all.indexOf(seen[0])));
  }

  /**
   * Whether a display has less than half the room that text has in its place, and a wider layout
   * would have fitted.
   *
   * @param {Element} box
   * @param {Part} part
   * @param {Element[]} others  wider than the one that is shown
   */
  function squeezed(box, part, others) {
    const block = blockOf(part.formula);
    const { display, writingMode } = getComputedStyle(block);
    const [room, has] = [contentWidth(block), contentWidth(box)];
    const isText = /^(block|flow-root|list-item)$/.test(display) && writingMode === 'horizontal-tb';
    const fits = others.some((layout) => needed(layout, part) < room * (1 - CLOSE));
    return isText && has < room / 2 && fits ? [`it has ${Math.round(has)} px of the ${Math.round(room)} that text has there`] : [];
  }

  /**
   * @param {Picture[]} pictures
   * @param {Element} element
   */
  function inside(pictures, element) {
    return pictures.filter((picture) => element.contains(picture));
  }

  /** @param {Element} element */
  function contentWidth(element) {
    const style = getComputedStyle(element);
    const edges = [style.paddingLeft, style.paddingRight, style.borderLeftWidth, style.borderRightWidth];
    const within = style.boxSizing === 'border-box' ? edges : [];
    return within.reduce((width, edge) => width - Number.parseFloat(edge), Number.parseFloat(style.width));
  }

  /**
   * The pixels that a layout, or a formula without any, asks for with its number.
   *
   * @param {Element} layout
   * @param {Part} part
   */
  function needed(layout, part) {
    const pictures = inside(part.pictures, layout);
    const margins = pictures.map((svg) => getComputedStyle(svg)).flatMap((style) => [style.marginLeft, style.marginRight]);
    const widths = pictures.map((svg) => natural(svg, part).width);
    return [...widths, ...margins.map((margin) => parseFloat(margin))].reduce((sum, length) => sum + length, 0);
  }

  /**
   * The pixels that a picture is meant to have. One without a viewBox fills its room, and says how
   * much it needs.
   *
   * @param {Picture} picture
   * @param {Part} part
   */
  function natural(picture, { ex }) {
    const box = boxOf(picture);
    if (box) {
      const { width, height } = box;
      return { width: (width * ex) / xHeight, height: (height * ex) / xHeight };
    }
    const style = getComputedStyle(picture);
    const [width, height] = ['--least', '--h'].map((name) => ex * (Number.parseFloat(style.getPropertyValue(name)) || 0));
    return { width, height };
  }

  /**
   * Whether pictures of what is shown are not seen.
   *
   * @param {Part} part
   */
  function missing({ box, pictures, seen }) {
    const layouts = box ? [...box.children].filter((layout) => inside(seen, layout).length > 0) : [];
    const meant = pictures.filter((picture) => !box?.contains(picture) || layouts.some((layout) => layout.contains(picture)));
    return meant.length > seen.length ? ['a part of it is not seen'] : [];
  }

  /**
   * @param {Picture} picture
   * @param {Part} part
   */
  function wrongPicture(picture, part) {
    const become = becomeOf(picture);
    const turned = wrongWay(become);
    if (turned.length > 0 || !boxOf(picture)) return turned;
    return [...wrongSize(picture, become, part), ...offLine(become, part), ...cut(picture, part)];
  }

  /** @param {Picture} picture  one that is seen */
  function becomeOf(picture) {
    return /** @type {Drawn} */ (drawn.get(picture));
  }

  /** @param {Drawn} become */
  function wrongWay({ angle, mirrored, slant, width, height }) {
    if (width === 0 || height === 0) return [];
    if (Math.abs(slant) > CLOSE) return ['it is slanted'];
    if (mirrored) return [Math.abs(angle) > 90 ? 'it is mirrored' : 'it stands upside down, mirrored'];
    if (Math.abs(angle) > 135) return ['it stands upside down'];
    return Math.abs(angle) > 1 ? [`it is turned by ${Math.round(angle)}°`] : [];
  }

  /**
   * @param {Picture} picture
   * @param {Drawn} become
   * @param {Part} part
   */
  function wrongSize(picture, become, part) {
    const meant = natural(picture, part);
    const size = Math.min(become.width, become.height) * xHeight;
    const percent = (/** @type {number} */ share) => `${Math.round(share * 100)} %`;
    if (size / part.textEx < shrink - CLOSE) {
      return [`it is drawn at ${percent(size / part.textEx)} of its size, less than ${percent(shrink)}`];
    }
    if (Math.abs(become.width - become.height) > CLOSE * become.width) return ['it is out of proportion'];
    if (size / part.ex > 1 + CLOSE && Math.max(meant.width, meant.height) > SLACK) {
      return [`it is drawn at ${percent(size / part.ex)} of its size`];
    }
    if (picture instanceof MathMLElement) return [];
    return /** @type {const} */ (['width', 'height']).flatMap((side) => tooLarge(picture, side, meant[side]));
  }

  /**
   * @param {Picture} svg
   * @param {'width' | 'height'} side
   * @param {number} wants
   */
  function tooLarge(svg, side, wants) {
    const has = Number.parseFloat(getComputedStyle(svg)[side]);
    const isLarge = has > wants * (1 + CLOSE) + SLACK;
    return isLarge ? [`it is ${Math.round(has)} px in ${side}, and its layout ${Math.round(wants)} px`] : [];
  }

  /**
   * What only keeps room for a formula may be narrower than it says, but no higher.
   *
   * @param {Part} part
   */
  function wrongRoom(part) {
    const keepers = [...part.formula.querySelectorAll('svg')].filter((svg) => !isNested(svg) && !isPicture(svg));
    return keepers.flatMap((svg) => tooLarge(svg, 'height', natural(svg, part).height));
  }

  /**
   * @param {Drawn} become
   * @param {Part} part
   */
  function offLine({ sinks: by }, { formula }) {
    const em = Number.parseFloat(getComputedStyle(around(formula)).fontSize);
    if (by === null || Math.abs(by) <= OFF_LINE * em) return [];
    return [`it stands ${Math.abs(by / em).toFixed(2)} em ${by > 0 ? 'below' : 'above'} its line`];
  }

  /**
   * The room that is drawn on: parts of a `math` may be wider than it.
   *
   * @param {Element} element
   */
  function reach(element) {
    const all = element instanceof MathMLElement ? [element, ...element.children] : [element];
    const boxes = all.map((one) => one.getBoundingClientRect());
    const [left, top] = [Math.min(...boxes.map((box) => box.left)), Math.min(...boxes.map((box) => box.top))];
    const [right, bottom] = [Math.max(...boxes.map((box) => box.right)), Math.max(...boxes.map((box) => box.bottom))];
    return { left, top, right, bottom };
  }

  /**
   * Whether something in the formula shows less than all of a picture; what scrolls shows all.
   *
   * @param {Picture} picture
   * @param {Part} part
   */
  function cut(picture, { formula }) {
    let inner = reach(picture);
    for (let one = around(picture); one !== formula.parentElement; one = around(one)) {
      const { display, overflowX, overflowY } = getComputedStyle(one);
      if (/^(inline|contents)$/.test(display)) continue;
      const outer = one.getBoundingClientRect();
      const across = inner.left < outer.left - SLACK || inner.right > outer.right + SLACK;
      const along = inner.top < outer.top - SLACK || inner.bottom > outer.bottom + SLACK;
      if ((across && CLIPS.test(overflowX)) || (along && CLIPS.test(overflowY))) return ['it is cut off'];
      if (SCROLLS.test(overflowX) || SCROLLS.test(overflowY)) inner = reach(one);
    }
    return [];
  }

  /**
   * Whether a picture, or the formula's own box, reaches out of the block that holds the formula.
   *
   * @param {Part} part
   */
  function outside(part) {
    const { formula, seen } = part;
    const own = isDisplay(part) ? [formula] : [];
    const boxes = [blockOf(formula), ...own].map((element) => element.getBoundingClientRect());
    const scrolling = [...formula.querySelectorAll(SCROLL)].filter(hasBox);
    const isScrolling = (/** @type {Element} */ box) => SCROLLS.test(getComputedStyle(box).overflowX);
    const fixed = seen.filter((picture) => !scrolling.some((box) => box.contains(picture) && isScrolling(box)));
    const reaches = [...fixed, ...scrolling, ...own].some((element) => {
      const { left, right } = reach(element);
      return boxes.some((box) => left < box.left - SLACK || right > box.right + SLACK);
    });
    return reaches ? ['it reaches out of its container'] : [];
  }

  /**
   * The block that a formula stands in.
   *
   * @param {Element} formula
   */
  function blockOf(formula) {
    const isBlock = (/** @type {Element} */ element) => !/^(inline|contents)$/.test(getComputedStyle(element).display);
    return ancestors(formula).find(isBlock) ?? document.body;
  }

  /** Formulas that make the page scroll sideways: each hidden, then shown again one after the other. */
  function widening() {
    if (wider() <= SLACK) return [];
    const before = parts.map(({ formula }) => formula.style.display);
    for (const { formula } of parts) formula.style.display = 'none';
    let without = wider();
    return parts.flatMap((part, at) => {
      part.formula.style.display = before[at];
      const grown = wider() - without;
      if (grown <= SLACK) return [];
      without += grown;
      return [{ part, reason: `it makes the page ${Math.round(grown)} px wider than its screen` }];
    });
  }

  /** How many pixels the page is wider than its screen. */
  function wider() {
    return Math.max(0, root.scrollWidth - root.clientWidth);
  }

  /**
   * Whether nothing before says the same; of a formula's parts and copies, the first counts.
   *
   * @param {Found} found
   * @param {number} at
   * @param {Found[]} all
   */
  function isNew({ part, reason }, at, all) {
    return all.findIndex((other) => other.part.index === part.index && other.reason === reason) === at;
  }

  /**
   * Whether a formula is shrunk, as far as it may be, or scrolls.
   *
   * @param {Part} part
   * @returns {Compromise[]}
   */
  function compromise(part) {
    const how = scrolls(part) ? 'scrolls' : shrinks(part) ? 'shrinks' : null;
    if (how === null) return [];
    const { index, box, seen } = part;
    const layouts = box ? [...box.children] : seen;
    const widths = layouts.map((layout) => needed(layout, part));
    const [least_, room] = box
      ? [Math.min(...widths), contentWidth(box)]
      : [Math.max(...widths), Math.max(...seen.map((picture) => contentWidth(picture)))];
    return [{ index, how, layouts: box ? layouts.length : 1, needed: least_, room }];
  }

  /**
   * A formula, and the pixels that its widest layout asks for.
   *
   * @param {Part} part
   */
  function exhibit(part) {
    const layouts = part.box ? [...part.box.children] : part.seen;
    return { ...part, asks: Math.max(...layouts.map((layout) => needed(layout, part))) };
  }

  /** @param {Part} part */
  function scrolls({ formula }) {
    const boxes = [...formula.querySelectorAll(SCROLL)];
    return boxes.some((box) => hasBox(box) && box.scrollWidth > box.clientWidth + SLACK);
  }

  /** @param {Part} part */
  function shrinks(part) {
    return part.seen.filter((picture) => boxOf(picture)).some((picture) => {
      const { width } = natural(picture, part);
      const share = (becomeOf(picture).width * xHeight) / part.ex;
      return width * (1 - share) > SLACK && share >= shrink - CLOSE;
    });
  }
};
