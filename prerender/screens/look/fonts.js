/** Waits until a page without scripts has its fonts. */
async () => {
  await document.fonts.ready;
};
