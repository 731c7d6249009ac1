/**
 * Loads the sandbox (page.js) in an empty page and passes it a request.
 *
 * @param {import('./page.js').Request} request
 */
async (request) => {
  const { prepare } = await import('/page.js');
  prepare(request);
};
