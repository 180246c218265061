import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { createVitest, type Reporter, type TestModule, type TestResult } from 'vitest/node';
import { noConduct, type SuiteLine, type SuiteRequest, type SuiteTest } from './protocol.ts';

/** Hangs cost no processor time, so there are more workers than processors. */
const MAX_WORKERS = 4;
/** How much memory the process may use; a suite that keeps more has lost its way. */
const MAX_RSS_BYTES = 1.5 * 2 ** 30;
const MEMORY_POLL_MS = 50;

const tell = (line: SuiteLine): void => void process.send?.(line);
const entry = new URL('./entry.ts', import.meta.url).href;
const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('the folder for the entries is missing');

process.on('disconnect', () => process.exit());
for (const event of ['uncaughtException', 'unhandledRejection']) {
  process.on(event, (error) => process.stderr.write(`${error?.stack ?? error}\n`));
}
setInterval(() => {
  if (process.memoryUsage.rss() < MAX_RSS_BYTES) return;
  process.stderr.write('it used more than 1.5 GiB of memory', () => process.kill(process.pid, 'SIGKILL'));
}, MEMORY_POLL_MS).unref();
const requested = new Promise<SuiteRequest>((resolve) => process.once('message', resolve));

const reporter: Reporter = {
  onTestModuleEnd: (module) => {
    const [error] = module.errors();
    const message = error && stripVTControlCharacters(error.message);
    tell({
      run: {
        ...(module.meta().streamlings ?? noConduct),
        id: basename(module.moduleId, '.mjs'),
        tests: testsOf(module),
        ...(message === undefined ? {} : { problem: message }),
        isUnusable: error?.name === 'ExerciseError',
      },
    });
  },
};

const vitest = await createVitest(
  {
    config: false,
    watch: false,
    root: folder,
    include: ['*.mjs'],
    pool: 'threads',
    maxWorkers: MAX_WORKERS,
    reporters: [reporter],
    disableConsoleIntercept: true,
    allowOnly: true,
    dangerouslyIgnoreUnhandledErrors: true,
    passWithNoTests: true,
    experimental: { viteModuleRunner: false },
  },
  { server: { watch: null } },
);
await vitest.standalone();
const project = vitest.getRootProject();

const request = await requested;
project.provide('suiteRequest', JSON.stringify(request));
const specifications = [];
for (const { id } of request.runs) {
  const file = join(folder, `${id}.mjs`);
  await writeFile(
    file,
    `import { enter } from ${JSON.stringify(entry)};\nawait enter(${JSON.stringify(id)});\n`,
  );
  specifications.push(project.createSpecification(file));
}
await vitest.runTestSpecifications(specifications);
tell({ done: true });

function testsOf(module: TestModule): SuiteTest[] {
  return [...failedHooksOf(module), ...ownTestsOf(module)];
}

/** What `beforeAll` and `afterAll` do wrong, as tests that have failed. */
function failedHooksOf(module: TestModule): SuiteTest[] {
  return [...module.children.allSuites()].flatMap((suite) =>
    suite.errors().map((error) => {
      const [time = '', ...names] = suite.fullName.split(' > ');
      const message = stripVTControlCharacters(error.message).split('\n')[0] ?? '';
      const name = [...names, 'beforeAll or afterAll'].join(' > ');
      const timedOut = message.includes('timed out in');
      return {
        name,
        time: Number(time),
        state: 'failed' as const,
        error: message,
        timedOut,
        asserted: false,
      };
    }),
  );
}

function ownTestsOf(module: TestModule): SuiteTest[] {
  return [...module.children.allTests()].map((test) => {
    const [time = '', ...names] = test.fullName.split(' > ');
    const result: TestResult = test.result();
    const [error] = result.errors ?? [];
    const message = error && stripVTControlCharacters(error.message).split('\n')[0];
    return {
      name: names.join(' > '),
      time: Number(time),
      state: result.state === 'pending' ? 'skipped' : result.state,
      ...(message === undefined ? {} : { error: message }),
      ...(error?.expected === undefined ? {} : { expected: String(error.expected) }),
      ...(error?.actual === undefined ? {} : { received: String(error.actual) }),
      timedOut: message?.includes('timed out in') ?? false,
      asserted: test.meta().streamlingsAsserted ?? false,
    };
  });
}
