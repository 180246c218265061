import { formatProblem } from '../dialect/scenario-error.ts';
import { lintScenarios } from '../lint/lint.ts';
import { readFlags } from './flags.ts';
import { readRegistry, readScenarios } from './read-inputs.ts';

/**
 * Prints what is wrong with scenarios; the exit code is 1 where anything is.
 *
 * @throws UsageError
 */
export async function lint(args: string[]): Promise<void> {
  const flags = readFlags(args, { proto: 'text', scenarios: 'text' });
  const registry = await readRegistry(flags);
  const files = readScenarios(flags);
  const findings = lintScenarios(files, registry);
  for (const finding of findings) {
    const [first, ...rest] = formatProblem(finding).split('\n');
    process.stdout.write(`${[`${first} (${finding.rule})`, ...rest].join('\n')}\n`);
  }
  const errors = findings.filter(({ rule }) => rule === 'error').length;
  const count = (number: number, noun: string) => `${number} ${noun}${number === 1 ? '' : 's'}`;
  process.stdout.write(
    `${count(files.length, 'file')}, ${count(errors, 'error')}, ${count(findings.length - errors, 'warning')}.\n`,
  );
  if (findings.length > 0) process.exitCode = 1;
}
