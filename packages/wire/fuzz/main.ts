import { parseArgs } from 'node:util';
import { fuzz } from './fuzz.ts';

const args = process.argv.slice(process.argv[2] === '--' ? 3 : 2);
const { values } = parseArgs({ args, options: { count: { type: 'string' }, seed: { type: 'string' } } });
const count = Number(values.count ?? 1_000_000);
const seed = Number(values.seed ?? Date.now() % 2 ** 31);

console.log(
  `${count.toLocaleString('en')} inputs from seed ${seed}; --count N --seed S repeats or continues`,
);
const started = performance.now();
const { outcomes } = fuzz(count, seed);
console.table(outcomes);
console.log(`${((performance.now() - started) / 1000).toFixed(1)} s`);
