import type { RunOptions, Workspace } from '@streamlings/grading/supervisor';
import { CheckState, type Event } from '@streamlings/proto/streamlings/result/v1/result';
import { describeStarterProblems } from '../starter-verdict.ts';
import { isComplete, readVerdicts } from '../verdicts.ts';
import type { Mistake, Replaced } from './mistakes.ts';

/** One run of a grader whose outcome the course knows beforehand. */
export interface Case {
  /** The lesson that it belongs to, for example `lesson-01`. */
  unit: string;
  kind: 'starter' | 'solution' | 'variant' | 'mistake';
  /** What is run, as the sentences name it. */
  title: string;
  workspace: Workspace;
  options: RunOptions;
  /** Says what is wrong with the events of the run, one sentence each. */
  judge(events: Event[]): string[];
}

/** Expects the pristine starter to fail inside its checks. */
export function createStarterCase(workspace: Workspace): Case {
  return createFailingCase(workspace.name, workspace, `the starter of \`${workspace.name}\``);
}

/** Expects what the steps before a step of a workshop lead to, to fail inside that step's checks. */
export function createBeforeCase(unit: string, workspace: Workspace, step: number): Case {
  const steps = workspace.steps.filter(({ number }) => number === step);
  const title = `the beginning of step ${step} of \`${unit}\``;
  return createFailingCase(unit, { ...workspace, steps }, title);
}

function createFailingCase(unit: string, workspace: Workspace, title: string): Case {
  return {
    unit,
    kind: 'starter',
    title,
    workspace,
    options: { types: false },
    judge: (events) => describeStarterProblems(workspace, events).map((problem) => `${title}: ${problem}`),
  };
}

/** Expects the solution to pass everything, or the state after a step everything up to that step. */
export function createSolutionCase(unit: string, workspace: Workspace, step?: number): Case {
  const title =
    step === undefined ? `\`${workspace.name}\`` : `\`${workspace.name}\`, the end of step ${step}`;
  const steps = workspace.steps.map(({ number }) => number).filter((number) => number <= (step ?? number));
  return {
    unit,
    kind: 'solution',
    title,
    workspace,
    options: { types: false, steps },
    judge: (events) => judgePass(title, events),
  };
}

/** Expects a variant to pass every check of its step. */
export function createVariantCase(unit: string, workspace: Workspace, variant: Replaced): Case {
  const title = `\`${workspace.name}\`, \`${variant.file}\``;
  return {
    unit,
    kind: 'variant',
    title,
    ...replace(workspace, variant),
    judge: (events) => judgePass(title, events),
  };
}

/** Expects a mistake to fail first where its header says so; what else it fails is only looked at on request. */
export function createMistakeCase(
  unit: string,
  workspace: Workspace,
  mistake: Mistake,
  { runsOn = false } = {},
): Case {
  const title = `\`${workspace.name}\`, \`${mistake.file}\``;
  const replaced = replace(workspace, mistake);
  return {
    unit,
    kind: 'mistake',
    title,
    ...replaced,
    options: { ...replaced.options, stopsAtFailure: !runsOn },
    judge: (events) => judgeMistake(title, mistake, events),
  };
}

function replace(
  workspace: Workspace,
  { step, path }: Replaced,
): { workspace: Workspace; options: RunOptions } {
  // Several steps may be about one file, and it is found by its name.
  const alike = workspace.steps.filter(({ file }) => file === step.file);
  const files = { ...workspace.files, ...Object.fromEntries(alike.map(({ number }) => [number, path])) };
  return { workspace: { ...workspace, files }, options: { steps: [step.number], types: false } };
}

function judgePass(title: string, events: Event[]): string[] {
  if (!isComplete(events)) return [`${title}: the run did not come to its end: run it again.`];
  return readVerdicts(events)
    .filter(({ finished }) => finished.state !== CheckState.PASSED)
    .map(({ step, finished }) => {
      const evidence = [finished.label, finished.diagnosis].filter((text) => text !== '').join('; ');
      return `${title} must pass, and step ${step}, \`${finished.name}\` does not (${evidence || 'not run'}).`;
    });
}

function judgeMistake(title: string, mistake: Mistake, events: Event[]): string[] {
  const first = readVerdicts(events).find(({ finished }) => finished.state !== CheckState.PASSED)?.finished;
  if (!first) return [`${title} passes everything: make the check \`${mistake.fails}\` stricter.`];
  const evidence = [first.label, first.diagnosis].filter((text) => text !== '').join('; ');
  if (first.name !== mistake.fails) {
    return [
      `${title} must fail first on \`${mistake.fails}\`, and fails first on \`${first.name}\` (${evidence}).`,
    ];
  }
  const state = mistake.isEnvironment ? CheckState.ENVIRONMENT : CheckState.FAILED;
  if (first.state !== state) {
    const wanted = mistake.isEnvironment ? 'environment' : 'failed';
    return [
      `${title} must get the state \`${wanted}\` on \`${first.name}\`, and gets another (${evidence}).`,
    ];
  }
  if (first.misconception === mistake.misconception) return [];
  const named = first.misconception ? `\`${first.misconception}\`` : 'none';
  return [
    `${title} must be diagnosed as \`${mistake.misconception}\`, and \`${first.name}\` names ${named} (${evidence}).`,
  ];
}
