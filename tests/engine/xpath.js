/**
 * Expressions and XML in; out, those that our XPath evaluates otherwise than the browser does.
 *
 * @param {[expressions: string[], documents: string[]]} given
 * @returns {Promise<string[]>}
 */
async ([expressions, documents]) => {
  const { rooted, TreeElement, TreeText } = await import('/worker/speech/tree.js');
  const { xpath } = await import('/worker/speech/xpath.js');
  const ours = new Map();

  const copy = (/** @type {any} */ node) => {
    if (node.nodeType === Node.TEXT_NODE) return new TreeText(node.data);
    const element = new TreeElement(node.tagName);
    ours.set(element, node);
    for (const { name, value } of node.attributes) element.setAttribute(name, value);
    for (const child of node.childNodes) {
      const made = element.appendChild(copy(child));
      ours.set(made, child);
    }
    return element;
  };

  const asked = (/** @type {any} */ evaluate, /** @type {number} */ type) => {
    try {
      return evaluate(type);
    } catch {
      return null;
    }
  };
  const collected = (/** @type {any} */ result, /** @type {(node: any) => any} */ real) => {
    const found = [];
    for (let next = result.iterateNext(); next; next = result.iterateNext()) {
      found.push(next.nodeType === 2 ? `${next.name}=${next.value}` : real(next));
    }
    return found;
  };
  const same = (/** @type {any} */ one, /** @type {any} */ other) =>
    one === other || (Array.isArray(one) && Array.isArray(other) && one.length === other.length && one.every((node, index) => node === other[index]));

  const wrong = [];
  for (const text of documents) {
    const real = new DOMParser().parseFromString(text, 'text/xml');
    const tree = copy(real.documentElement);
    ours.set(rooted(tree), real);
    for (const [node, there] of [[tree, real.documentElement], ...ours]) {
      for (const expression of expressions) {
        const theirs = (/** @type {number} */ type) => real.evaluate(expression, there, null, type, null);
        const mine = (/** @type {number} */ type) => xpath.evaluate(expression, node, null, type);
        const pairs = [
          [asked((/** @type {number} */ type) => collected(theirs(type), (one) => one), 5), asked((/** @type {number} */ type) => collected(mine(type), (one) => ours.get(one) ?? there), 5)],
          [asked((/** @type {number} */ type) => theirs(type).booleanValue, 3), asked((/** @type {number} */ type) => mine(type).booleanValue, 3)],
          [asked((/** @type {number} */ type) => theirs(type).stringValue, 2), asked((/** @type {number} */ type) => mine(type).stringValue, 2)],
        ];
        for (const [wanted, got] of pairs) if (!same(wanted, got)) wrong.push(`${expression} of ${there.nodeName} in ${text}: ${got}, not ${wanted}`);
      }
    }
    ours.clear();
  }
  return wrong;
};
