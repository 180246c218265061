import { type MutationResult, mutate } from '@streamlings/course/mutate';

/** Runs the checks of the named lessons, or of all, against mutants of their solutions, and lists what survives. */
export async function mutateCourse(names: string[], { report = false }: { report?: boolean }): Promise<void> {
  let count = 0;
  const onMutant = () => void (process.stderr.isTTY && process.stderr.write(`\r${++count} mutants`));
  const results = await mutate({ names, onMutant, writesReport: report });
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  for (const { unit, mutants, killed } of results) console.log(formatScore(unit.name, mutants, killed));
  if (results.length > 1)
    console.log(formatScore('all', total(results, 'mutants'), total(results, 'killed')));
  const problems = results.flatMap((result) => result.problems);
  for (const problem of problems) console.log(`- ${problem}`);
  if (problems.length > 0) process.exitCode = 1;
}

function total(results: MutationResult[], key: 'mutants' | 'killed'): number {
  return results.reduce((sum, result) => sum + result[key], 0);
}

function formatScore(name: string, mutants: number, killed: number): string {
  return `${name}: ${killed} of ${mutants} mutants killed (${((killed / mutants) * 100).toFixed(1)} %)`;
}
