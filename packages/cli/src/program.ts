import { Command, InvalidArgumentError } from 'commander';
import { showHint } from './commands/hint.ts';
import { listLessons } from './commands/list.ts';
import { resetLesson, solveLesson, undoLast } from './commands/replace.ts';
import { snapshotLessons } from './commands/snapshot.ts';
import { startLearner } from './commands/start.ts';
import { testLesson } from './commands/test.ts';
import { verifyCourse } from './commands/verify.ts';

/** Creates the `streamlings` command with its subcommands; each returns when its work is done. */
export function createProgram(): Command {
  const program = new Command('streamlings')
    .description('Learn gRPC streaming in TypeScript by building it.')
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));
  const command = (name: string, description: string): Command =>
    program.command(name).description(description);

  command('start [lesson]', 'show where you are, and check your file on every save').action(startLearner);
  command('test [lesson] [flags...]', 'run all tests of the course, or grade one lesson')
    .allowUnknownOption()
    .action(testLesson);
  command('list', 'list the lessons and how far you are').action(listLessons);
  command('hint [lesson]', 'show a hint of a lesson')
    .argument('[number]', 'which one', parseCount)
    .action(showHint);
  command('reset <lesson>', 'restore the starter; your files are copied first')
    .option('--step <number>', 'of one step only', parseStep)
    .action(resetLesson);
  command('undo [lesson]', 'bring the newest copy of your files back').action(undoLast);
  command('solve <lesson>', "put the course's solution in place of your files; they are copied first")
    .option('--step <number>', 'of one step only', parseStep)
    .option('-y, --yes', 'do not ask')
    .action(solveLesson);
  command('snapshot [lessons...]', 'for authors: keep the pristine starters and the checks').action(
    snapshotLessons,
  );
  command('verify [lessons...]', 'for authors: make sure that every lesson keeps its promises')
    .option('--repeat <times>', 'run everything this many times', parseCount)
    .option('--stress', 'keep the processors busy meanwhile')
    .option('--budget <minutes>', 'start no new run after this time', parseCount)
    .option('--report', 'write the pages about the grading, with what was measured')
    .action(verifyCourse);
  return program;
}

function parseStep(value: string): number {
  return parsePositive(value, 'A step is a whole number from 1.');
}

function parseCount(value: string): number {
  return parsePositive(value, 'Give a whole number from 1.');
}

function parsePositive(value: string, problem: string): number {
  const number = Number(value);
  if (Number.isInteger(number) && number >= 1) return number;
  throw new InvalidArgumentError(problem);
}
