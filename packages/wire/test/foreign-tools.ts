import { execFileSync } from 'node:child_process';

/** Whether a missing tool fails its tests instead of skipping them. */
export const isRequired: boolean = process.env.STREAMLINGS_REQUIRE_FOREIGN === '1';

/** The first of some commands that runs with the arguments. */
export function findTool(commands: string[], ...args: string[]): string | undefined {
  return commands.find((command) => {
    try {
      execFileSync(command, args, { stdio: 'ignore', timeout: 20_000, killSignal: 'SIGKILL' });
      return true;
    } catch {
      return false;
    }
  });
}
