import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { CourseError } from '../course-error.ts';

/** Runs git in a clone; resolves with what it printed. Rejects with what it said went wrong. */
export type Git = (...args: string[]) => Promise<string>;

/** A clone's git, without a pager, an editor or a question. */
export function createGit(cwd: string): Git {
  const env = { ...process.env, GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C' };
  return async (...args) => {
    try {
      const { stdout } = await promisify(execFile)('git', args, { cwd, env, maxBuffer: 2 ** 26 });
      return stdout;
    } catch (error) {
      const { code, stderr } = error as NodeJS.ErrnoException & { stderr?: string };
      if (code === 'ENOENT') throw new CourseError('There is no `git` on your PATH: install it first.');
      throw new CourseError(`\`git ${args.join(' ')}\` failed: ${stderr?.trim() || code}`, { cause: error });
    }
  };
}
