import { fileURLToPath } from 'node:url';
import { runSuite } from '@streamlings/grading/suite';

/** The files of the steps, and the modules with their right servers. */
const suites = {
  'handler.ts': 'handler-subjects.ts',
  'server.ts': 'server-subjects.ts',
  'transport.ts': 'transport-subjects.ts',
  'fixtures.ts': 'fixtures-subjects.ts',
};

/** Runs the suites in a folder once, each against its right server, and prints what became of their tests. */
export async function demo(folder: URL): Promise<void> {
  for (const [file, subjects] of Object.entries(suites)) {
    console.log(`src/${file}`);
    const path = fileURLToPath(new URL(file, folder));
    const module = new URL(`./servers/${subjects}`, import.meta.url);
    const runs = await runSuite({
      file: path,
      subjects: module,
      runs: [{ id: 'right', subject: ['right'] }],
    });
    const { tests = [], open = [], problem } = runs.get('right') ?? {};
    for (const { name, state, error } of tests)
      console.log(`  ${state.padEnd(7)} ${name}${error ? `: ${error}` : ''}`);
    if (problem) console.log(`  ${problem}`);
    else if (tests.length === 0) console.log('  no tests yet');
    for (const each of open) console.log(`  left open: ${each}`);
  }
}
