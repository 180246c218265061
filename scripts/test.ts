import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, runNode, runTool } from './run-tool.ts';
import { foldersWith } from './workspace-folders.ts';

const args = process.argv.slice(2);
const end = args.indexOf('--');
const flags = end === -1 ? args : args.slice(0, end);
const rest = end === -1 ? [] : args.slice(end);

// A negative filter beside a positive one selects nothing and succeeds, so these are added only to a bare command.
const isFiltered = flags.some((flag) => flag.startsWith('--filter') || flag.startsWith('-F'));
const work = ['lessons', 'workshops'].filter((folder) => existsSync(join(root, folder)));
const filters = isFiltered ? [] : work.map((folder) => `--filter=!./${folder}/*`);
/** What a learner asks for: one lesson or workshop, by its name. Nothing then has to stand around its report. */
const unit = findUnit(flags);
const color = process.stdout.isTTY && !process.env.NO_COLOR ? { FORCE_COLOR: '1' } : {};

process.exitCode = unit
  ? await runNode([join(root, 'packages/course/bin/grade.js'), ...rest.slice(1)], { cwd: join(root, unit) })
  : await runTool(
      'turbo',
      [
        'run',
        'test',
        '--log-prefix=none',
        '--concurrency=2',
        '--env-mode=loose',
        ...filters,
        ...flags,
        ...rest,
      ],
      { env: { ...color, TURBO_TELEMETRY_DISABLED: '1' } },
    );

function findUnit(flags: string[]): string | undefined {
  const name = /^(?:--filter|-F)[ =](\S+)$/.exec(flags.join(' '))?.[1];
  if (name === undefined) return undefined;
  const folders = foldersWith('package.json').filter((folder) => /^(lessons|workshops)\b/.test(folder));
  return folders.find(
    (folder) => JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')).name === name,
  );
}
