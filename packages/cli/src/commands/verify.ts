import { formatTable, type Outcome, type VerifyOptions, verify } from '@streamlings/course/verify';

interface CommandOptions {
  repeat?: number;
  stress?: boolean;
  budget?: number;
  report?: boolean;
}

/** Verifies the named lessons, or all, and prints a table and every violation. */
export async function verifyCourse(
  names: string[],
  { repeat = 1, stress = false, budget, report = false }: CommandOptions,
): Promise<void> {
  const options: VerifyOptions = {
    names,
    repeat,
    stress,
    writesReport: report,
    ...(budget ? { budgetMinutes: budget } : {}),
  };
  if (process.stderr.isTTY) options.onOutcome = countOutcomes();
  if (repeat > 1) options.onRound = printRound;
  const { inspections, outcomes, problems, minutes } = await verify(options);
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  console.log(formatTable(inspections, outcomes));
  const conditions = stress ? ', with the processors kept busy' : '';
  console.log(
    `\n${outcomes.length} runs in ${minutes.toFixed(1)} minutes on Node ${process.versions.node}${conditions}: ${countUnexpected(outcomes)} unexpected.`,
  );
  for (const text of outcomes.flatMap((outcome) => outcome.unsteady)) {
    console.log(`Unsteady, and right when it ran again alone: ${text}`);
  }
  for (const problem of problems) console.log(`- ${problem}`);
  console.log(problems.length === 0 ? 'No violations.' : `${problems.length} violations.`);
  if (problems.length > 0) process.exitCode = 1;
}

function countUnexpected(outcomes: Outcome[]): number {
  return outcomes.filter(({ problems }) => problems.length > 0).length;
}

function printRound(round: number, outcomes: Outcome[]): void {
  console.log(`round ${round}: ${outcomes.length} runs, ${countUnexpected(outcomes)} unexpected`);
  for (const problem of outcomes.flatMap(({ problems }) => problems)) console.log(`- ${problem}`);
}

function countOutcomes(): () => void {
  let count = 0;
  return () => void process.stderr.write(`\r${++count} runs`);
}
