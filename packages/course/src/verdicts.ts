import type { CheckFinished, Event } from '@streamlings/proto/streamlings/result/v1/result';

/** A check's verdict, with the step it belongs to. */
export interface Verdict {
  step: number;
  finished: CheckFinished;
}

/** Picks the verdicts out of a run's events, in their order. */
export function readVerdicts(events: Event[]): Verdict[] {
  return events.flatMap(({ step, body }) =>
    body.case === 'checkFinished' ? [{ step, finished: body.value }] : [],
  );
}

/** Whether the run came to its end. */
export function isComplete(events: Event[]): boolean {
  return events.some(({ body }) => body.case === 'runFinished' && !body.value.cancelled);
}
