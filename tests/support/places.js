/**
 * A page that shows each formula twice in, in a `div.svg` and a `div.html`, and where their glyphs
 * and lines stand out, in em of MathJax's font from the left and the line of the formula. Those of
 * a picture are where it means them to be: a browser rounds its size to pixels, and shrinks it with it.
 *
 * @typedef {{path: string, x: number, y: number, size: number}} Glyph  `size` 1: that of the formula
 * @typedef {{x: number, y: number, width: number, height: number}} Bar  y of its middle, upwards
 * @typedef {{glyphs: Glyph[], bars: Bar[]}} Places
 *
 * @param {Record<string, string>} paths  of the characters of our font
 * @returns {{svg: Places, html: Places}[]}
 */
(paths) => {
  const SPACES = /[\ue000-\ue1ff]/;
  return [...document.querySelectorAll('.pair')].map((pair) => {
    const [svg, html] = [pair.querySelector('.svg'), pair.querySelector('.html')];
    return { svg: inEm(drawn(svg), svg), html: inEm(written(html), html) };
  });

  /** @param {Element} host */
  function drawn(host) {
    const found = { glyphs: [], bars: [] };
    const em = emOf(host);
    for (const svg of host.querySelectorAll('mjx-container svg:not(.prm-room, svg *)')) {
      const { left, width } = svg.getBoundingClientRect();
      if (width) walk(svg, new DOMMatrix([em / 1000, 0, 0, em / 1000, left, lineOf(host)]), found);
    }
    return found;
  }

  /**
   * Where the line of a formula is: in a box that of its picture, or of its text, which says how deep it is.
   *
   * @param {Element} host
   */
  function lineOf(host) {
    const shown = [...host.querySelectorAll('prm-box svg, prm-box prm-text')].find((one) => one.getBoundingClientRect().width);
    if (!shown) return host.querySelector('.line').getBoundingClientRect().bottom;
    const { top, bottom, height } = shown.getBoundingClientRect();
    const { y, height: units } = shown.viewBox?.baseVal ?? {};
    if (units) return top + (-y / units) * height;
    return bottom + Number.parseFloat(getComputedStyle(shown, '::before').verticalAlign);
  }

  /**
   * @param {Element} parent
   * @param {DOMMatrix} to  from its units to pixels
   * @param {Places} found
   */
  function walk(parent, to, found) {
    for (const node of parent.children) {
      const own = node.transform?.baseVal.consolidate()?.matrix;
      const at = own ? to.multiply(own) : to;
      const moved = at.translate(number(node, 'x'), number(node, 'y'));
      if (node.localName === 'g' || node.localName === 'a') walk(node, at, found);
      else if (node.localName === 'path' && node.dataset.prm !== undefined) glyph(node, at, found);
      else if (node.localName === 'use') {
        const target = document.getElementById(node.getAttribute('xlink:href').slice(1));
        if (target.localName === 'path') glyph(target, moved, found);
        else walk({ children: [target] }, moved, found);
      } else if (node.localName === 'rect' && !node.hasAttribute('fill') && !node.hasAttribute('stroke-width')) {
        const { x, y, width, height } = node.getBBox();
        bar([x, y, x + width, y + height], at, found);
      } else if (node.localName === 'line' && !node.hasAttribute('stroke-dasharray')) {
        const [x1, y1, x2, y2] = ['x1', 'y1', 'x2', 'y2'].map((name) => number(node, name));
        const half = number(node, 'stroke-width') / 2;
        if (x1 === x2) bar([x1 - half, Math.min(y1, y2), x1 + half, Math.max(y1, y2)], at, found);
        if (y1 === y2) bar([Math.min(x1, x2), y1 - half, Math.max(x1, x2), y1 + half], at, found);
      }
    }
  }

  /**
   * @param {[number, number, number, number]} edges
   * @param {DOMMatrix} at
   * @param {Places} found
   */
  function bar([left, top, right, bottom], at, found) {
    const [start, end] = [new DOMPoint(left, top), new DOMPoint(right, bottom)].map((point) => point.matrixTransform(at));
    found.bars.push({ x: start.x, y: (start.y + end.y) / 2, width: end.x - start.x, height: end.y - start.y });
  }

  /**
   * @param {Element} path
   * @param {DOMMatrix} at
   * @param {Places} found
   */
  function glyph(path, at, found) {
    const d = path.getAttribute('d');
    if (d) found.glyphs.push({ path: d, x: at.e, y: at.f, size: at.a });
  }

  /**
   * @param {Element} node
   * @param {string} name
   */
  function number(node, name) {
    return Number(node.getAttribute(name) ?? 0);
  }

  /** @param {Element} host */
  function written(host) {
    const found = { glyphs: [], bars: [] };
    const texts = document.createTreeWalker(host, NodeFilter.SHOW_TEXT);
    for (let text = texts.nextNode(); text; text = texts.nextNode()) {
      const parent = text.parentElement;
      if (!parent.closest('prm-text') || parent.closest('svg') || parent.localName.startsWith('e-')) continue;
      const size = Number.parseFloat(getComputedStyle(parent).fontSize);
      const range = document.createRange();
      for (let at = 0; at < text.length; at++) {
        const character = String.fromCodePoint(text.data.codePointAt(at));
        range.setStart(text, at);
        at += character.length - 1;
        range.setEnd(text, at + 1);
        const rect = range.getBoundingClientRect();
        if (paths[character] && !SPACES.test(character)) {
          found.glyphs.push({ path: paths[character], x: rect.left, y: rect.bottom, size: size / 1000 });
        }
      }
    }
    for (const line of host.querySelectorAll('prm-text *')) {
      if (!/^[hv]-/.test(line.localName)) continue;
      const { left, top, width, height } = line.getBoundingClientRect();
      found.bars.push({ x: left, y: top + height / 2, width, height });
    }
    return found;
  }

  /**
   * @param {Places} found
   * @param {Element} host
   */
  function inEm({ glyphs, bars }, host) {
    const bottom = lineOf(host);
    const pictures = [...host.querySelectorAll('prm-text, mjx-container svg:not(.prm-room, svg *)')];
    const { left } = pictures.map((one) => one.getBoundingClientRect()).find(({ width }) => width) ?? { left: 0 };
    const em = emOf(host);
    return {
      glyphs: glyphs.map(({ path, x, y, size }) => ({ path, x: (x - left) / em, y: (bottom - y) / em, size: (1000 * size) / em })),
      bars: bars.map(({ x, y, width, height }) => ({ x: (x - left) / em, y: (bottom - y) / em, width: width / em, height: height / em })),
    };
  }

  /** @param {Element} host */
  function emOf(host) {
    return host.querySelector('.ex').getBoundingClientRect().width / 100 / 0.442;
  }
}
