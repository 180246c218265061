import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, runNode } from './run-tool.ts';
import { foldersWith } from './workspace-folders.ts';

const args = process.argv.slice(process.argv[2] === '--' ? 3 : 2);

for (const folder of foldersWith('package.json')) {
  const { scripts } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
  const script: string | undefined = scripts?.bench;
  if (!script?.startsWith('node ')) continue;
  console.log(`\n${folder}: ${script}`);
  const code = await runNode([...script.split(' ').slice(1), ...args], { cwd: join(root, folder) });
  if (code !== 0) process.exitCode = 1;
}
