import { join } from 'node:path';
import { readEntries } from '../docs/entries.ts';
import { root, runNode } from './run-tool.ts';

const [name] = process.argv.slice(process.argv[2] === '--' ? 3 : 2);
const entries = readEntries();

if (name === undefined) {
  const width = Math.max(...entries.map((entry) => entry.name.length));
  for (const entry of entries) console.log(`${entry.name.padEnd(width)}  ${entry.question}`);
} else if (entries.some((entry) => entry.name === name)) {
  process.exitCode = await runNode([join(root, 'docs', 'faq', `${name}.ts`)]);
} else {
  console.error(`There is no program \`${name}\` in the FAQ: \`pnpm faq\` lists them all.`);
  process.exitCode = 2;
}
