window.MathJax = {tex: {inlineMath: [['!', '!']]}};
