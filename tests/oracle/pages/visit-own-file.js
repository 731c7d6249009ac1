(function () {
  const scripts = document.getElementsByTagName('script');
  const own = document.currentScript || scripts[scripts.length - 1];
  const named = /visit-own-file\.js/.test(own.src) ? own.dataset.inline : 'nothing';
  window.MathJax = {tex: {inlineMath: [[named, named]], displayMath: [[own.dataset.display, own.dataset.display]]}};
})();
