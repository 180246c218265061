import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { isCi, isLearnerFile } from './learner-files.ts';
import { root } from './run-tool.ts';
import { foldersWith } from './workspace-folders.ts';

const tsc = createRequire(import.meta.url)
  .resolve('typescript/package.json')
  .replace('package.json', 'bin/tsc');
const queue = [...foldersWith('tsconfig.json'), 'scripts'];
let failed = false;

async function work(): Promise<void> {
  for (let folder = queue.shift(); folder; folder = queue.shift()) {
    const output = await check(folder);
    if (output === '') continue;
    failed = true;
    process.stdout.write(output);
  }
}

/** Type-checks a folder and returns what is wrong; outside CI a learner's file may be half-way. */
async function check(folder: string): Promise<string> {
  const args = [tsc, '-p', join(folder, 'tsconfig.json'), '--pretty', 'false'];
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  const closed = Promise.withResolvers<number | null>();
  child.once('error', closed.reject);
  child.once('close', closed.resolve);
  let output = '';
  for await (const chunk of child.stdout.setEncoding('utf8')) output += chunk;
  const code = await closed.promise;
  if (code === 0) return '';
  const errors = output
    .split(/\n(?!\s)/)
    .filter((error) => error.trim() !== '' && (isCi || !comesFromLearner(error)));
  if (errors.length > 0) return `${errors.join('\n')}\n`;
  return output === '' ? `${folder}: tsc ended with ${code}\n` : '';
}

await Promise.all([work(), work()]);
process.exitCode = failed ? 1 : 0;

/** A wrong signature in a learner's file shows in the glue that hands the file over. */
function comesFromLearner(error: string): boolean {
  return isLearnerFile(error) || /^(lessons|workshops)\/[^/]+\/(exercise\.test|start)\.ts/.test(error);
}
