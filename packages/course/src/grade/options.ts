import { Command, InvalidArgumentError } from 'commander';

/** What the command line of `grade` asks for. */
export interface GradeOptions {
  filter?: string;
  step?: number;
  name?: string;
  json: boolean;
  junit?: string;
  types: boolean;
  wire: boolean;
}

/**
 * Reads the command line of `grade`; one `--`, which pnpm hands over, is ignored. Help and a wrong option end the
 * process, with exit code 0 and 2.
 */
export function parseGradeOptions(args: string[]): GradeOptions {
  return createCommand().parse(withoutSeparator(args), { from: 'user' }).opts<GradeOptions>();
}

/** Drops the first `--`, which pnpm hands over literally. */
function withoutSeparator(args: string[]): string[] {
  const separator = args.indexOf('--');
  return separator === -1 ? args : args.toSpliced(separator, 1);
}

function createCommand(): Command {
  return new Command('grade')
    .description('Runs the checks of the lesson or solution in the current folder.')
    .option('--filter <lesson>', 'grade this lesson, wherever you are')
    .option('--step <number>', 'grade one step', parseStep)
    .option('-t, --name <text>', 'grade only the checks whose name contains the text')
    .option('--json', 'write the events as lines of JSON', false)
    .option('--junit <file>', 'also write a JUnit report')
    .option('--wire', 'show the frames of checks that pass, too', false)
    .option('--no-types', 'leave the type check out')
    .allowExcessArguments(false)
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));
}

function parseStep(value: string): number {
  const step = Number(value);
  if (Number.isInteger(step) && step >= 1) return step;
  throw new InvalidArgumentError('A step is a whole number from 1.');
}
