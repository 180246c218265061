import { spawn } from 'node:child_process';
import { relative } from 'node:path';
import { CourseError, courseRoot, readProgress, type Update, updateCourse } from '@streamlings/course';

/** Brings the course up to date around the learner's files, and grades again what was begun. */
export async function updateClone({ starters = false }: { starters?: boolean }): Promise<void> {
  const update = await updateCourse({ writesStarters: starters });
  for (const sentence of describeUpdate(update)) console.log(sentence);
  if (update.commits > 0) await gradeAgain();
}

/** Says in sentences what an update did. */
export function describeUpdate(update: Update): string[] {
  const { commits, renewed, outdated, starters, orphaned, backups } = update;
  if (commits === 0) return ['The course is up to date.'];
  const list = (paths: string[]) => paths.map((path) => `  ${path}`);
  const part = (sentence: string, paths: string[]) => (paths.length > 0 ? [sentence, ...list(paths)] : []);
  return [
    `The course is up to date now: ${commits} ${commits === 1 ? 'commit is' : 'commits are'} new.`,
    ...part('New starters, where you had not begun:', renewed),
    ...part('Your work is as it was. The starters of these files have changed:', outdated),
    ...part('The new starters are beside them:', starters),
    ...(outdated.length > 0 && starters.length === 0
      ? ['`pnpm streamlings diff` shows how your files differ from them.']
      : []),
    ...part('These lessons are gone; your files are in the copies:', orphaned),
    ...part(
      'Your files were copied before:',
      backups.map(({ folder }) => relative(courseRoot, folder)),
    ),
  ];
}

/** In processes of their own: what runs here is the code from before the update. */
async function gradeAgain(): Promise<void> {
  const begun = (await readProgress()).filter(({ progress }) => progress !== 'not started');
  if (begun.length > 0) console.log('Your work is graded again:');
  for (const { unit } of begun) {
    await runPnpm(['--silent', '--filter', unit.name, 'test']);
    const steps = (await readProgress()).find((each) => each.unit.name === unit.name)?.steps ?? [];
    const solved = steps.filter(({ progress }) => progress === 'solved').length;
    console.log(`  ${unit.name}  ${solved} of ${steps.length} steps solved`);
  }
}

/** With the pnpm that runs this command; it installs first what the update needs. */
async function runPnpm(args: string[]): Promise<void> {
  const { npm_execpath: pnpm = 'pnpm' } = process.env;
  const [command, before] = /\.c?js$/.test(pnpm) ? [process.execPath, [pnpm]] : [pnpm, []];
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const child = spawn(command, [...before, ...args], { cwd: courseRoot, stdio: 'ignore' });
  child.once('error', (cause) => {
    reject(new CourseError(`\`${pnpm}\` cannot be run: run \`pnpm test\` to grade your work.`, { cause }));
  });
  child.once('close', () => resolve());
  return promise;
}
