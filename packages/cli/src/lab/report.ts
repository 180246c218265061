import { type StatusObject, status as statusNames } from '@grpc/grpc-js';
import type { LabKnobs } from '@streamlings/proto/streamlings/hub/v1/hub';
import type { Timeline } from '@streamlings/wire';
import { describeStalls, explain } from './explain.ts';
import type { LabReportInit } from './job.ts';
import { happensOnce } from './knobs.ts';
import type { LabLesson } from './lessons.ts';
import type { Moment, Question, Sighting } from './questions.ts';

/** What was seen of a call from its start to its end. */
export interface FinishedCall {
  lesson: LabLesson;
  knobs: LabKnobs;
  moments: Partial<Record<Moment, Sighting>>;
  /** The wire at the moment from which nothing moved any more, or at the end. */
  timeline: Timeline;
  status: StatusObject;
  durationMs: number;
  ending: Ending;
}

interface Ending {
  /** Why the server has ended, if it has. */
  failure: string | undefined;
  /** Whether the client has cancelled because the knobs said so. */
  hasLeft: boolean;
  /** Whether the fault that happens once has happened. */
  hasBroken: boolean;
  /** Why the lab had seen enough, if it was the lab that stopped the call. */
  stillness: 'still' | 'limit' | undefined;
}

/** Sums up a call, and answers the question that was asked before it. */
export function describeCall(call: FinishedCall): LabReportInit {
  const { lesson, knobs, moments, timeline, status, durationMs } = call;
  const { method, questions } = lesson;
  const question = questions[knobs.reading] as Question;
  const sighting = moments[question.moment];
  const { written = 0, received = 0, produced = 0, fromClient = 0, fromServer = 0 } = moments.end ?? {};
  const name = `${status.code} ${statusNames[status.code]}`;
  return {
    status: name,
    details: status.code === statusNames.OK ? '' : status.details,
    ending: describeEnding(call),
    written,
    received,
    produced,
    fromClient,
    fromServer,
    durationMs: Math.round(durationMs),
    stalls: describeStalls(timeline),
    ...(sighting ? { measured: sighting[question.counts] } : {}),
    why: explain(question, { method, messages: knobs.messages, sighting, timeline, status: name }),
  };
}

function describeEnding({ ending, knobs, status }: FinishedCall): string {
  const { failure, hasLeft, hasBroken, stillness } = ending;
  if (failure) return failure;
  const missed =
    happensOnce(knobs.fault) && !hasBroken
      ? ` Fewer than ${knobs.faultAfter} messages passed, so the fault did not happen.`
      : '';
  if (hasLeft) return `The client cancelled after ${knobs.cancelAfter} messages.${missed}`;
  if (status.code === statusNames.DEADLINE_EXCEEDED) return `The deadline was reached.${missed}`;
  if (stillness === 'still') return `Nothing moved any more, so the lab cancelled the call.${missed}`;
  if (stillness === 'limit')
    return `The call took longer than it may here, so the lab cancelled it.${missed}`;
  if (hasBroken) return 'The call ended after the fault.';
  return `${status.code === statusNames.OK ? 'The call ended by itself.' : 'The call failed.'}${missed}`;
}
