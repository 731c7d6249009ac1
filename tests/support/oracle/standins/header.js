// Stands in for the header.js of MathJax's own test pages: hands gConfigObject to MathJax 2.7.
window.gConfigObject = {};

document.addEventListener('DOMContentLoaded', () => {
  window.preMathJax?.();
  const config = document.createElement('script');
  config.type = 'text/x-mathjax-config';
  config.text = 'MathJax.Hub.Config(gConfigObject)';
  const loader = document.createElement('script');
  loader.src = 'https://cdn.jsdelivr.net/npm/mathjax@2.7.9/MathJax.js?config=TeX-AMS-MML_HTMLorMML';
  document.head.append(config, loader);
});
