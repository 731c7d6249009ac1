/* global Blog, SETTINGS */
document.addEventListener('page:loaded', () => {
  if (!SETTINGS.enableMath) return;
  if (typeof MathJax === 'undefined') {
    window.MathJax = {
      tex: {inlineMath: {'[+]': [['$', '$']]}, tags: SETTINGS.mathjax.tags},
      options: {
        renderActions: {
          mark: [200, () => {
            document.querySelectorAll('mjx-container').forEach((node) => {
              const target = node.parentNode;
              if (target.nodeName.toLowerCase() === 'li') target.parentNode.classList.add('has-jax');
            });
          }, '', false]
        }
      }
    };
    Blog.utils.getScript(SETTINGS.mathjax.js, {attributes: {defer: true}});
  } else {
    MathJax.startup.document.state(0);
    MathJax.typesetClear();
    MathJax.texReset();
    MathJax.typeset();
  }
});
