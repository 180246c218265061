export { noteText } from './noted-text.ts';
export type { Conduct, SuiteRun, SuiteTest } from './protocol.ts';
export { type RunSuiteOptions, runSuite, SUITE_LIMIT_MS } from './run-suite.ts';
export { readAheadWorld, slowWorld } from './slow-world.ts';
export { formatTable, type TableRow } from './table.ts';
