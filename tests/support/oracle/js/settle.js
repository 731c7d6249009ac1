// Resolves when the engine has done what it has begun; says how many formulas there are.
async () => {
  const tick = () => new Promise((done) => setTimeout(done, 20));
  const mathjax = window.MathJax;
  if (mathjax?.startup?.promise) {
    await mathjax.startup.promise.catch(() => null);
    return [...(mathjax.startup.document?.math ?? [])].length;
  }
  if (mathjax?.Hub?.Queue) {
    while (!mathjax.isReady) await tick();
    await new Promise((done) => mathjax.Hub.Queue(done));
    return mathjax.Hub.getAllJax().length;
  }
  return window.__oracle.calls.length;
}
