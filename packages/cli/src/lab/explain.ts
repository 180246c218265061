import type { DescMethod } from '@bufbuild/protobuf';
import type { StallRecord, Timeline } from '@streamlings/wire';
import type { Question, Sighting } from './questions.ts';

/** What a call came to, as far as it explains the answer to a question. */
export interface Outcome {
  method: DescMethod;
  /** How many messages the stream could have had. */
  messages: number;
  /** What was counted at the moment that the question is about; undefined if it never came. */
  sighting: Sighting | undefined;
  timeline: Timeline;
  /** For example `1 CANCELLED`. */
  status: string;
}

const number = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const format = (value: number): string => number.format(value);

/** A stall that is shorter is over before anybody has noticed. */
const MIN_STALL_MS = 5;

/** Says in a sentence about this call why the answer is what it is. */
export function explain(question: Question, outcome: Outcome): string {
  const { sighting, status, method, timeline } = outcome;
  if (!sighting) return `That moment never came: the call ended with ${status} before.`;
  if (sighting.fromServer === 0 && sighting.produced === 0 && status !== '1 CANCELLED') {
    return `The call ended with ${status} before the server had produced anything.`;
  }
  if (question.counts === 'streamUpdates') return explainUpdates(timeline, sighting);
  const sender = method.methodKind === 'client_streaming' ? 'client' : 'server';
  return `${describeCounts(outcome, sighting)}: ${findCause(sender, outcome, sighting)}.`;
}

function describeCounts({ method }: Outcome, sighting: Sighting): string {
  const { written, fromClient, fromServer, received, produced } = sighting;
  const [all, up, down, read, made] = [written, fromClient, fromServer, received, produced].map(format);
  switch (method.methodKind) {
    case 'server_streaming':
      return `Of ${made} that the server had produced, ${down} were on the wire and ${read} read`;
    case 'client_streaming':
      return `Of ${all} that the client had handed over, ${up} were on the wire and ${made} kept`;
    default:
      return `Of ${all} that the client had handed over, ${up} were on the wire; ${made} were done with, and of their answers ${down} were on the wire and ${read} read`;
  }
}

function findCause(sender: 'client' | 'server', { messages, timeline }: Outcome, sighting: Sighting): string {
  const { atMs, written, fromClient, produced, fromServer } = sighting;
  const made = sender === 'client' ? written : produced;
  const waiting = made - (sender === 'client' ? fromClient : fromServer);
  const memory = waiting > 0 ? `, with ${format(waiting)} in its memory` : '';
  const earlier = timeline.stalls.filter(
    (stall) => stall.sender === sender && stall.cause !== 'application' && stall.atMs <= atMs,
  );
  const stall = earlier.find(({ endedMs = Number.POSITIVE_INFINITY }) => endedMs >= atMs);
  if (stall) {
    const since = `the ${nameWindow(stall)} had been used up since ${format(stall.atMs)} ms, after ${format(stall.bytes)} bytes of DATA`;
    if (made < messages) return `${since}, and the ${sender} waited${memory}`;
    const rest = waiting > 0 ? `: ${format(waiting)} lay in its memory` : '';
    return `${since}, and the ${sender} had not waited${rest}`;
  }
  // Both windows may be used up by the same frame.
  const times = new Set(earlier.map((each) => each.atMs)).size;
  return times === 0
    ? `no window of the ${sender} had been used up, so nothing on the wire held it back${memory}`
    : `the ${sender} had used up a window ${countTimes(times)}, and the other side had opened it again each time${memory}`;
}

function countTimes(times: number): string {
  return ['never', 'once', 'twice'][times] ?? `${format(times)} times`;
}

function explainUpdates({ frames, streams }: Timeline, { streamUpdates }: Sighting): string {
  const updates = frames.filter(
    ({ type, from, stream }) => type === 'WINDOW_UPDATE' && from === 'client' && stream > 0,
  );
  const bytes = updates.reduce((sum, { increment = 0 }) => sum + increment, 0);
  const sent = streams.reduce((sum, stream) => sum + stream.bytes.server, 0);
  const window = streams.at(-1)?.initialWindows.server ?? 0;
  const average = streamUpdates === 0 ? '' : `, ${format(bytes / streamUpdates)} bytes in each on average`;
  return `The server sent ${format(sent)} bytes of DATA into a window of ${format(window)}, and the client gave back ${format(bytes)} of them in ${format(streamUpdates)} frames${average}.`;
}

/** Says who had to wait for which window, one sentence for each. */
export function describeStalls(timeline: Timeline): string[] {
  const groups = Map.groupBy(findStalls(timeline), (stall) => `${stall.sender} ${stall.cause}`);
  return [...groups.values()].map((stalls) => {
    const [first] = stalls as [StallRecord, ...StallRecord[]];
    const totalMs = stalls.reduce((sum, stall) => sum + lengthOf(stall, timeline), 0);
    const isLasting = stalls.some(({ endedMs }) => endedMs === undefined);
    const end = isLasting ? ', the last time until the end' : '';
    return `The ${first.sender} had to wait for the ${nameWindow(first)} ${countTimes(stalls.length)}, ${format(totalMs)} ms in all${end}.`;
  });
}

function findStalls(timeline: Timeline): StallRecord[] {
  return timeline.stalls
    .filter((stall) => stall.cause !== 'application' && lengthOf(stall, timeline) >= MIN_STALL_MS)
    .sort((a, b) => a.atMs - b.atMs);
}

function lengthOf({ atMs, endedMs }: StallRecord, { takenMs }: Timeline): number {
  return (endedMs ?? takenMs) - atMs;
}

function nameWindow({ cause }: StallRecord): string {
  return cause === 'stream-window' ? 'stream window' : 'connection window';
}
