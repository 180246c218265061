import { pathsOfTheCourse } from './learner-files.ts';
import { runTool } from './run-tool.ts';

const writes = !process.argv.includes('--check');
const codes = [
  await runTool('biome', ['format', ...(writes ? ['--write'] : []), ...pathsOfTheCourse()]),
  await runTool('buf', ['format', ...(writes ? ['--write'] : ['--diff', '--exit-code'])]),
];
process.exitCode = codes.some((code) => code !== 0) ? 1 : 0;
