/**
 * rehype-katex over pages whose formulas are marked as it reads them. In: two folders. Out: the count
 * of formulas.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import rehypeKatex from 'rehype-katex';
import rehypeParse from 'rehype-parse';
import rehypeStringify from 'rehype-stringify';
import { unified } from 'unified';

const [, , from, to] = process.argv;
const processor = unified().use(rehypeParse).use(rehypeKatex, { strict: 'ignore' }).use(rehypeStringify);

let count = 0;
for (const name of readdirSync(from, { recursive: true })) {
  if (!name.endsWith('.html')) continue;
  const result = String(await processor.process(readFileSync(join(from, name), 'utf8')));
  count += result.split('<span class="katex">').length - 1;
  const file = join(to, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, result);
}
process.stdout.write(`${count}\n`);
