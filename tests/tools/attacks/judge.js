/**
 * What a page's formulas do that they must not, a sentence each; none: they only stand there.
 *
 * @returns {string[]}
 */
() => {
  /** @type {string[]} */
  const wrong = [];
  /** @type {any} */
  const own = window;
  if (own.evil !== undefined) wrong.push('a script has run');
  for (const element of document.querySelectorAll('[data-own]')) {
    if (document.getElementById(element.id) !== element) wrong.push(`the id ${element.id} is captured`);
  }
  const formulas = [...document.getElementsByTagName('mjx-container')];
  const given = /^(?:overlay|btn|config|comment-form|content|x-1|_a|MathJax|currentScript|getElementById)$/;
  for (const inner of formulas.flatMap((formula) => [...formula.querySelectorAll('*')])) {
    if (given.test(inner.id) || given.test(inner.getAttribute('name') ?? '')) wrong.push(`an id or a name is ${inner.outerHTML.slice(0, 90)}`);
    if ([...inner.classList].some((name) => given.test(name))) wrong.push(`a class is ${inner.outerHTML.slice(0, 90)}`);
    if (inner.getAttributeNames().some((name) => name.startsWith('on'))) wrong.push(`a handler: ${inner.outerHTML.slice(0, 90)}`);
    if (/^(?:script|iframe|img|image|object|embed|link|style|foreignObject)$/.test(inner.localName)) wrong.push(`<${inner.localName}>`);
    for (const name of ['href', 'xlink:href']) {
      const url = inner.getAttribute(name);
      if (url !== null && !['http:', 'https:', 'mailto:', 'tel:', location.protocol].includes(new URL(url, document.baseURI).protocol)) wrong.push(`a link to ${url}`);
    }
  }
  if (formulas.length !== 1) return wrong;
  const boxes = [formulas[0], ...formulas[0].querySelectorAll('svg, math')].map((one) => one.getBoundingClientRect());
  const [left, top] = [Math.min(...boxes.map((box) => box.left)), Math.min(...boxes.map((box) => box.top))];
  const [right, bottom] = [Math.max(...boxes.map((box) => box.right)), Math.max(...boxes.map((box) => box.bottom))];
  const room = 1.6 * parseFloat(getComputedStyle(formulas[0]).fontSize);
  own.box = { left: left - room, top: top - room, right: right + room, bottom: bottom + room };
  for (let x = 2; x < innerWidth; x += 16) {
    for (let y = 2; y < innerHeight; y += 16) {
      const beside = x < own.box.left || x > own.box.right || y < own.box.top || y > own.box.bottom;
      if (beside && document.elementFromPoint(x, y)?.closest('mjx-container')) return [...wrong, `clicks at ${x}, ${y} are a formula's`];
    }
  }
  return wrong;
};
