/* global Blog */
Blog.utils = {
  getScript(source, options = {}) {
    const {url, integrity} = typeof source === 'object' ? source : {url: source};
    return new Promise((resolve, reject) => {
      const script = document.createElement('script');
      if (integrity) script.integrity = integrity;
      Object.assign(script, options.attributes);
      script.onload = resolve;
      script.onerror = reject;
      script.src = url;
      document.head.appendChild(script);
    });
  }
};
document.addEventListener('DOMContentLoaded', () => document.dispatchEvent(new Event('page:loaded', {bubbles: true})));
