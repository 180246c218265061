import { toJsonString } from '@bufbuild/protobuf';
import { type Event, EventSchema } from '@streamlings/proto/streamlings/result/v1/result';

/** How many checks of a run passed. */
export interface Score {
  passed: number;
  total: number;
  /** Whether the run came to its end and all of at least one check passed. */
  ok: boolean;
}

/** Reads the score from a run's last event. A run without one, or without checks, is not ok. */
export function scoreOf(events: readonly Event[]): Score {
  const finished = events.findLast(({ body }) => body.case === 'runFinished')?.body;
  if (finished?.case !== 'runFinished') return { passed: 0, total: 0, ok: false };
  const { passed, total, cancelled } = finished.value;
  return { passed, total, ok: !cancelled && total > 0 && passed === total };
}

/** Writes an event as one line of ProtoJSON, without a line break. */
export function toJsonLine(event: Event): string {
  return toJsonString(EventSchema, event);
}
