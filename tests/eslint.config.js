// Run from the top of the checkout, so that prerender/ is within reach too (see the Makefile).
import js from '@eslint/js';
import globals from 'globals';

export default [
  {ignores: ['**/node_modules/', 'prerender/engine/mathjax/', 'tests/example/', 'cache/', '.venv/']},
  {linterOptions: {reportUnusedDisableDirectives: 'error'}},
  js.configs.recommended,
  {
    files: ['prerender/**/*.js'],
    languageOptions: {sourceType: 'module', globals: {...globals.browser, MathJax: 'writable'}},
  },
  {
    files: ['tests/**/*.{js,mjs}'],
    languageOptions: {
      sourceType: 'module',
      globals: {...globals.browser, ...globals.node, MathJax: 'writable'},
    },
  },
  {
    rules: {
      'array-callback-return': 'error',
      eqeqeq: 'error',
      'no-implicit-globals': 'error',
      'no-shadow': 'error',
      'no-var': 'error',
      'object-shorthand': 'error',
      'prefer-const': 'error',
      'prefer-template': 'error',
    },
  },
];
