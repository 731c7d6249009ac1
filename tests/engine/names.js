/**
 * Font files of MathJax in (as arguments), as JSON out: the names of all outlines in them.
 */

import { readFileSync } from 'node:fs';

import { nameOf, shorten } from '../../prerender/engine/worker/outline.js';

const PATH = /\bp:"([^"]+)"/g;
const files = process.argv.slice(2).map((file) => readFileSync(file, 'utf8'));
const paths = new Set(files.flatMap((text) => [...text.matchAll(PATH)].map(([, path]) => `M${path}Z`)));
process.stdout.write(JSON.stringify([...paths].map((path) => nameOf(shorten(path)))));
