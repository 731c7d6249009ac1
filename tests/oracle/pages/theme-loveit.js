/* global renderMathInElement */
class Theme {
  constructor() {
    this.config = window.config;
    this.isDark = document.body.getAttribute('theme') === 'dark';
    this.scroll = new Set();
  }

  initMath() {
    if (this.config.math) renderMathInElement(document.body, this.config.math);
  }

  initTwemoji() {
    if (this.config.twemoji) twemoji.parse(document.body); // eslint-disable-line no-undef
  }

  init() {
    this.initTwemoji();
    this.initMath();
    window.addEventListener('scroll', () => this.scroll.forEach((one) => one()), false);
  }
}

const start = () => new Theme().init();
if (document.readyState !== 'loading') start();
else document.addEventListener('DOMContentLoaded', start, false);
