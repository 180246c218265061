import { ScenarioError } from '../dialect/scenario-error.ts';
import { ProtoError } from '../server/load-scenarios.ts';
import { usage } from './usage.ts';
import { UsageError } from './usage-error.ts';

type Command = (args: string[]) => Promise<void>;

/** Each is loaded when it is asked for: a server shall not wait for what only a recording needs. */
const commands: Record<string, () => Promise<Command>> = {
  serve: async () => (await import('./serve.ts')).serve,
  lint: async () => (await import('./lint.ts')).lint,
  record: async () => (await import('./record.ts')).record,
  journal: async () => (await import('./admin.ts')).showJournal,
  push: async () => (await import('./admin.ts')).pushMessage,
  verify: async () => (await import('./admin.ts')).verify,
  reset: async () => (await import('./admin.ts')).reset,
};

/**
 * Runs a command to its end, or until it is interrupted. Problems end it with a sentence and the exit code 2; 1 stands for
 * findings and for expectations that were not met.
 *
 * @param name what the command is called in its help
 */
export async function main(args: string[], name = 'streamlings-mock'): Promise<void> {
  const [first = '', ...rest] = args[0] === '--' ? args.slice(1) : args;
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(`Usage: ${name} ${usage.replaceAll('NAME', name)}`);
    return;
  }
  try {
    const load = Object.hasOwn(commands, first) ? commands[first] : undefined;
    if (!load && first !== '' && !first.startsWith('-'))
      throw new UsageError(
        `There is no command \`${first}\`: choose one of ${Object.keys(commands).join(', ')}.`,
      );
    const command = await (load ?? (commands.serve as () => Promise<Command>))();
    await command(load ? rest : first === '' ? [] : [first, ...rest]);
  } catch (error) {
    if (
      !(
        error instanceof UsageError ||
        error instanceof ProtoError ||
        error instanceof ScenarioError ||
        isSystemError(error)
      )
    )
      throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 2;
  }
}

/** What the system refuses, such as a missing file, needs no stack. */
function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error;
}
