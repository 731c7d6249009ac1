/**
 * The id of an equation with a label, as MathJax 2 makes it.
 *
 * @param {string} label
 */
(label) => `mjx-eqn-${label.replace(/\s/g, '_')}`;
