import { Command, InvalidArgumentError } from 'commander';
import { showDiff } from './commands/diff.ts';
import { examineMachine } from './commands/doctor.ts';
import { useFixtures } from './commands/fixtures.ts';
import { showHint } from './commands/hint.ts';
import { listLessons } from './commands/list.ts';
import { loadServer } from './commands/load.ts';
import { runMock } from './commands/mock.ts';
import { mutateCourse } from './commands/mutate.ts';
import { createLesson, createWorkshop } from './commands/new.ts';
import { openFile } from './commands/open.ts';
import { catchUpWithStep, resetLesson, solveLesson, undoLast } from './commands/replace.ts';
import { snapshotLessons } from './commands/snapshot.ts';
import { startLearner } from './commands/start.ts';
import { testLesson } from './commands/test.ts';
import { updateClone } from './commands/update.ts';
import { verifyCourse } from './commands/verify.ts';
import { showWire } from './commands/wire.ts';

/** Creates the `streamlings` command with its subcommands; each returns when its work is done. */
export function createProgram(): Command {
  const program = new Command('streamlings')
    .description('Learn gRPC streaming in TypeScript by building it.')
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));
  const command = (name: string, description: string): Command =>
    program.command(name).description(description);

  command('start [lesson]', 'open the workbench, which checks your file on every save')
    .option('--no-open', 'leave the browser alone')
    .option('--serve', 'go on serving the browser where there is no terminal')
    .option('--port <number>', 'for the browser; 0 for a free one', parsePort)
    .option('--host <name>', 'listen there', '127.0.0.1')
    .action(startLearner);
  command('test [lesson] [flags...]', 'run all tests of the course, or grade one lesson')
    .allowUnknownOption()
    .action(testLesson);
  command('list', 'list the lessons and workshops, and how far you are').action(listLessons);
  command('hint [lesson]', 'show a hint of a lesson')
    .argument('[number]', 'which one', parseCount)
    .option('--step <number>', 'of this step', parseStep)
    .action(showHint);
  command('open [lesson]', 'open the file to edit, at the line that the last run points to')
    .option('--step <number>', 'of this step', parseStep)
    .action(openFile);
  command('diff [lesson]', 'show how your file differs from the starter, or from the solution')
    .option('--step <number>', 'of this step', parseStep)
    .option('--solution', 'from the solution, once the step is solved')
    .option('--show-me', 'from the solution before that')
    .action(showDiff);
  command('reset <lesson>', 'restore the starter; your files are copied first')
    .option('--step <number>', 'of one step only', parseStep)
    .action(resetLesson);
  command('catch-up <workshop>', 'bring your files to the beginning of a step; they are copied first')
    .requiredOption('--step <number>', 'of this step', parseStep)
    .action(catchUpWithStep);
  command('undo [lesson]', 'bring the newest copy of your files back').action(undoLast);
  command('solve <lesson>', "put the course's solution in place of your files; they are copied first")
    .option('--step <number>', 'of one step only', parseStep)
    .option('-y, --yes', 'do not ask')
    .action(solveLesson);
  command('doctor', 'say whether this machine has what the course needs')
    .option('--workshop <number>', 'the day before: whether the solution of this workshop passes here')
    .option('--json', 'as JSON')
    .action(examineMachine);
  command('update', 'bring the course up to date; your files stay as they are, and are copied first')
    .option('--starters', 'put new starters beside your files')
    .action(updateClone);
  command('load <method>', 'keep calls running against any server, for example `package.Service/Method`')
    .requiredOption('--to <address>', 'where it listens, as host:port')
    .option('--for <time>', 'how long, for example 500ms, 60s or 2m', parseDuration, 10_000)
    .option('--streams <number>', 'calls that run at any time', parseCount, 10)
    .option('--connections <number>', 'connections that they share', parseCount, 1)
    .option('--data <json>', 'the message to send, as ProtoJSON; by default an empty one')
    .option('--messages <number>', 'how many of them a request stream has', parseCount, 100)
    .option('--timeout <time>', 'the deadline of each call; by default none', parseDuration)
    .option('--proto <path>', "a folder of .proto files or a descriptor set; by default the course's")
    .action(loadServer);
  command('wire [flags...]', 'show the calls between any client and any server; see `wire --help`')
    .helpOption(false)
    .allowUnknownOption()
    .action(showWire);
  const scaffold = command('new', 'for authors: scaffold a part of the course');
  scaffold
    .command('lesson <NN-slug>')
    .description('a lesson and its solution, to be filled')
    .action(createLesson);
  scaffold
    .command('workshop <NN-slug>')
    .description('a workshop of two steps and its solution, to be filled')
    .action(createWorkshop);
  command('mock [flags...]', 'play JSONL scenarios as a gRPC server, lint or record them; see `mock --help`')
    .helpOption(false)
    .allowUnknownOption()
    .action(runMock);
  command('fixtures [args...]', 'run or serve gRPC fixture files; see `fixtures --help`')
    .helpOption(false)
    .allowUnknownOption()
    .action(useFixtures);
  command('snapshot [lessons...]', 'for authors: keep the pristine starters and the checks').action(
    snapshotLessons,
  );
  command('verify [lessons...]', 'for authors: make sure that every lesson keeps its promises')
    .option('--repeat <times>', 'run everything this many times', parseCount)
    .option('--stress', 'keep the processors busy meanwhile')
    .option('--budget <minutes>', 'start no new run after this time', parseCount)
    .option('--report', 'write the pages about the grading, with what was measured')
    .action(verifyCourse);
  command('mutate [lessons...]', 'for authors: run the checks against mutants of the solutions')
    .option('--report', 'write the scores into the page about the grading')
    .action(mutateCourse);
  return program;
}

function parseStep(value: string): number {
  return parsePositive(value, 'A step is a whole number from 1.');
}

function parsePort(value: string): number {
  const port = Number(value);
  if (/^\d+$/.test(value) && port < 65_536) return port;
  throw new InvalidArgumentError('A port is a whole number below 65536.');
}

function parseCount(value: string): number {
  return parsePositive(value, 'Give a whole number from 1.');
}

/** In milliseconds. */
function parseDuration(value: string): number {
  const [, count, unit = 's'] = /^(\d+(?:\.\d+)?)(ms|s|m)$/.exec(value) ?? [];
  const factor = { ms: 1, s: 1000, m: 60_000 }[unit] ?? 0;
  if (count !== undefined && Number(count) > 0) return Number(count) * factor;
  throw new InvalidArgumentError('Give a time such as 500ms, 60s or 2m.');
}

function parsePositive(value: string, problem: string): number {
  const number = Number(value);
  if (Number.isInteger(number) && number >= 1) return number;
  throw new InvalidArgumentError(problem);
}
