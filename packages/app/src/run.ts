import {
  type CheckFinished,
  CheckState,
  type Event,
  type Notice,
  NoticeKind,
} from '@streamlings/proto/streamlings/result/v1/result';

/** A check, as far as it has come. */
export interface Check {
  name: string;
  state: 'waiting' | 'running' | 'passed' | 'failed' | 'environment' | 'inconclusive' | 'not run';
  /** Its verdict, if it has one. */
  finished: CheckFinished | undefined;
}

/** The latest run of a step, as far as it has come. */
export interface Run {
  id: string;
  phase: 'waiting' | 'running' | 'finished';
  checks: Check[];
  notices: Notice[];
}

export const waitingRun: Run = { id: '', phase: 'waiting', checks: [], notices: [] };

const states: Partial<Record<CheckState, Check['state']>> = {
  [CheckState.PASSED]: 'passed',
  [CheckState.FAILED]: 'failed',
  [CheckState.ENVIRONMENT]: 'environment',
  [CheckState.INCONCLUSIVE]: 'inconclusive',
  [CheckState.NOT_RUN]: 'not run',
};

/** Takes one more event into account. */
export function followRun(run: Run, { runId, body }: Event): Run {
  switch (body.case) {
    case 'runStarted': {
      const checks = body.value.checks.map(
        ({ name }): Check => ({ name, state: 'waiting', finished: undefined }),
      );
      return { id: runId, phase: 'running', checks, notices: [] };
    }
    case 'checkStarted':
      return change(run, { name: body.value.name, state: 'running', finished: undefined });
    case 'checkFinished': {
      const { name, state } = body.value;
      return change(run, { name, state: states[state] ?? 'inconclusive', finished: body.value });
    }
    case 'notice':
      return { ...run, notices: [...run.notices, body.value] };
    case 'runFinished':
      return { ...run, phase: 'finished' };
    default:
      return run;
  }
}

function change(run: Run, check: Check): Run {
  return { ...run, checks: run.checks.map((each) => (each.name === check.name ? check : each)) };
}

/** The first check that has not passed: the next thing to do. */
export function firstFailure({ checks }: Run): Check | undefined {
  return checks.find(({ state }) => ['failed', 'environment', 'inconclusive'].includes(state));
}

/** Says in a few words how a run stands. */
export function describeRun({ phase, checks }: Run): string {
  if (phase === 'waiting') return 'not checked yet';
  const passed = checks.filter(({ state }) => state === 'passed').length;
  return `${phase === 'running' ? 'checking, ' : ''}${passed} of ${checks.length} checks passed`;
}

/** What the type checker found, what the learner's code printed, and what else there is to tell. */
export function sortNotices({ notices }: Run): { types: Notice[]; output: Notice[]; others: Notice[] } {
  const special: NoticeKind[] = [NoticeKind.TYPES, NoticeKind.OUTPUT];
  return {
    types: notices.filter(({ kind }) => kind === NoticeKind.TYPES),
    output: notices.filter(({ kind }) => kind === NoticeKind.OUTPUT),
    others: notices.filter(({ kind }) => !special.includes(kind)),
  };
}
