import { writeSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { SAYS } from './pipe.ts';

/** Reads the arguments that `runProgram` was given. */
export function readArguments<T>(): T {
  // A program whose check is gone has nobody to work for.
  process.stdin.on('end', () => process.exit()).resume();
  return JSON.parse(process.argv[2] ?? '{}');
}

/** Says something to the check; it has left this process when this returns. */
export function say(what: unknown): void {
  writeSync(SAYS, `${JSON.stringify(what)}\n`);
}

/** Ends this process the way a power button does. */
export function die(): void {
  process.kill(process.pid, 'SIGKILL');
}

/** Loads a file of the learner. */
export async function load<Module>(path: string): Promise<Module> {
  return await import(pathToFileURL(path).href);
}
