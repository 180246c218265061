import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Workspace } from '@streamlings/grading/supervisor';
import type { Unit } from '../discovery.ts';
import type { Snapshot } from '../snapshot.ts';
import { writeFileIfChanged } from '../state/write-file.ts';

const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');

/** Writes the pristine starter of a snapshot beside the learner's files, which stay as they are. */
export async function materializeStarter(unit: Unit, snapshot: Snapshot): Promise<Workspace> {
  const folder = join(unit.folder, '.streamlings/starter');
  const sources = Object.entries(snapshot.files).filter(([path]) => !path.endsWith('.json'));
  for (const [path, text] of sources) await writeFileIfChanged(join(folder, path), text);
  const paths = sources.map(([path]) => path);
  const config = { extends: '../../tsconfig.json', include: paths.filter((path) => path.endsWith('.ts')) };
  await writeFileIfChanged(join(folder, 'tsconfig.json'), `${JSON.stringify(config)}\n`);
  return { name: unit.name, folder, checks: join(folder, 'checks.ts'), steps: snapshot.steps };
}

/** Judges that a materialized starter type-checks; errors in the packages it uses are theirs. */
export async function checkStarterTypes({ name, folder }: Workspace): Promise<string[]> {
  const { promise, resolve } = Promise.withResolvers<string[]>();
  execFile(
    process.execPath,
    [compiler, '-p', folder, '--pretty', 'false'],
    { cwd: folder },
    (error, stdout) => {
      const errors = stdout.split('\n').filter((line) => /error TS/.test(line) && !line.startsWith('..'));
      if (error && stdout === '') errors.push(error.message);
      resolve(errors.map((line) => `the starter of \`${name}\` does not type-check: ${line.trim()}`));
    },
  );
  return promise;
}
