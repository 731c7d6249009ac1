/**
 * A bare page of formulas in, the layouts of each out: which of its pictures stand together at some
 * width, and what each of them covers, in units. No theme is there to change them.
 *
 * @typedef {object} Family
 * @property {number[][]} layouts  numbers of pictures
 * @property {Object<string, number[]>} drawn  by the number of a picture
 */

// Widths in ex: as narrow as a cell of a table on a phone, as wide as a formula may be
(widths) => {
  const formulas = [...document.querySelectorAll('mjx-container[data-tex]')].map((formula) => ({
    pictures: [...formula.querySelectorAll('svg[viewBox]')].filter(
      (picture) => !picture.parentElement.closest('svg'),
    ),
    layouts: new Map(),
    drawn: {},
  }));
  for (const width of widths) {
    document.body.style.width = `${width}ex`;
    for (const { pictures, layouts, drawn } of formulas) {
      const shown = [...pictures.keys()].filter((at) => pictures[at].getBoundingClientRect().width > 0);
      if (layouts.has(shown.join())) continue;
      layouts.set(shown.join(), shown);
      for (const at of shown) {
        const { x, y, width: across, height } = pictures[at].getBBox();
        drawn[at] = [x, y, across, height].map(Math.round);
      }
    }
  }
  return formulas.map(({ layouts, drawn }) => ({ layouts: [...layouts.values()], drawn }));
}
