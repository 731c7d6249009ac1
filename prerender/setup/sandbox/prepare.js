/**
 * Called first, in an empty page: the sandbox (page.js) takes a request.
 *
 * @param {import('./page.js').Request} request
 */
async (request) => {
  const { prepare } = await import('/page.js');
  prepare(request);
};
