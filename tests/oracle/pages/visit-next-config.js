if (!window.Blog) window.Blog = {};
(function () {
  const fixed = {};
  const found = {};
  const read = (name) => {
    const element = document.querySelector(`.next-config[data-name="${name}"]`);
    return element ? JSON.parse(element.text || '{}') : undefined;
  };
  Object.assign(fixed, read('main'));
  window.SETTINGS = new Proxy({}, {
    get(own, name) {
      if (name in fixed) return fixed[name];
      if (!(name in found)) found[name] = read(name);
      return found[name];
    }
  });
})();
