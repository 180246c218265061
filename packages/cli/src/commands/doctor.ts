import { courseRoot } from '@streamlings/course';
import { examine, type Finding } from '../doctor/examine.ts';
import { examineWorkshop } from '../doctor/examine-workshop.ts';

const marks: Record<Finding['state'], string> = { fine: '✓', note: '·', wrong: '✗' };

/** Says whether this machine has what the course needs, and ends with one line of what to do. */
export async function examineMachine(options: { json?: boolean; workshop?: string }): Promise<void> {
  const { json = false, workshop } = options;
  const findings = await examine(courseRoot, process.env);
  if (workshop !== undefined) findings.push(await examineWorkshop(workshop));
  const wrong = findings.filter(({ state }) => state === 'wrong');
  if (wrong.length > 0) process.exitCode = 1;
  if (json) {
    console.log(JSON.stringify(findings, undefined, 2));
    return;
  }
  const width = Math.max(...findings.map(({ subject }) => subject.length));
  for (const { subject, state, found, advice } of findings) {
    console.log(`${marks[state]} ${subject.padEnd(width)}  ${found}`);
    if (state === 'note') console.log(`  ${''.padEnd(width)}  ${advice}`);
  }
  console.log(`\n${wrong[0]?.advice ?? 'Everything is in order: `pnpm start`.'}`);
}
