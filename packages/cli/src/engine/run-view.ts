import {
  type CheckFinished,
  CheckState,
  type Event,
  type Notice,
} from '@streamlings/proto/streamlings/result/v1/result';
import type { Station } from './stations.ts';

/** A check of the current step, as it stands. */
export interface CheckView {
  name: string;
  state: 'waiting' | 'running' | 'passed' | 'failed' | 'environment' | 'inconclusive' | 'not run';
}

/** The latest run of the current step, as far as it has come. */
export interface RunView {
  phase: 'waiting' | 'running' | 'finished';
  checks: CheckView[];
  /** The first verdict that is not passed: the next thing to do. */
  failure: CheckFinished | undefined;
  notices: Notice[];
  /** All that was heard of it. */
  events: readonly Event[];
}

const states: Record<number, CheckView['state']> = {
  [CheckState.PASSED]: 'passed',
  [CheckState.FAILED]: 'failed',
  [CheckState.ENVIRONMENT]: 'environment',
  [CheckState.INCONCLUSIVE]: 'inconclusive',
  [CheckState.NOT_RUN]: 'not run',
};

/** The view of a step whose checks have not run yet. */
export function waitingRun(station: Station | undefined): RunView {
  const checks = station?.step.checks.map((name): CheckView => ({ name, state: 'waiting' })) ?? [];
  return { phase: 'waiting', checks, failure: undefined, notices: [], events: [] };
}

/** Takes one more event of a run into account. */
export function followRun(view: RunView, event: Event): RunView {
  return { ...follow(view, event), events: [...view.events, event] };
}

function follow(view: RunView, { body }: Event): RunView {
  switch (body.case) {
    case 'runStarted': {
      const checks = body.value.checks.map(({ name }): CheckView => ({ name, state: 'waiting' }));
      return { ...view, phase: 'running', checks, failure: undefined, notices: [] };
    }
    case 'checkStarted':
      return { ...view, checks: setState(view.checks, body.value.name, 'running') };
    case 'checkFinished': {
      const { name, state } = body.value;
      const failure = view.failure ?? (state === CheckState.PASSED ? undefined : body.value);
      return { ...view, failure, checks: setState(view.checks, name, states[state] ?? 'inconclusive') };
    }
    case 'notice':
      return { ...view, notices: [...view.notices, body.value] };
    case 'runFinished':
      return { ...view, phase: 'finished' };
    default:
      return view;
  }
}

/** Whether the checks have all passed. */
export function hasPassed({ phase, checks }: RunView): boolean {
  return phase === 'finished' && checks.length > 0 && checks.every(({ state }) => state === 'passed');
}

function setState(checks: CheckView[], name: string, state: CheckView['state']): CheckView[] {
  return checks.map((check) => (check.name === name ? { name, state } : check));
}
