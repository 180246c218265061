import { randomBytes } from 'node:crypto';
import type { DescMethod } from '@bufbuild/protobuf';
import { LabReading } from '@streamlings/proto/streamlings/hub/v1/hub';
import { ObservatoryService } from '@streamlings/proto/streamlings/observatory/v1/observatory';
import { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import type { KnobName } from './knobs.ts';
import type { Question } from './questions.ts';

/** How big a stream is. */
interface Size {
  messages: number;
  bytes: number;
}

/** What the lab of a lesson calls, and what it asks before. */
export interface LabLesson {
  method: DescMethod;
  /** The step whose file answers the method. */
  step: number;
  /** Whose reading the knobs slow down: that of the stream's reader. */
  reader: 'the client' | "the server's store";
  /** What the lesson's `lab.ts` counts. */
  produces: string;
  initial: Record<KnobName, number>;
  questions: Partial<Record<LabReading, Question>>;
  /** Makes the requests, one or many. */
  makeRequests(size: Size): Iterable<object>;
}

/** Beside the text, a message has its sender, its time and some tags. */
const OVERHEAD_BYTES = 48;

const initial: LabLesson['initial'] = {
  messages: 200,
  bytes: 16_384,
  paceMs: 20,
  reads: 1,
  windowBytes: 65_535,
  cancelAfter: 0,
  deadlineMs: 0,
  faultAfter: 3,
  delayMs: 100,
};

/** Begins as told and goes on at random: some servers compress what they send. */
function makeText(start: string, bytes: number): string {
  const rest = Math.max(bytes - OVERHEAD_BYTES - start.length, 0);
  return start + randomBytes(rest).toString('base64url').slice(0, rest);
}

function* makeMessages({ messages, bytes }: Size): Generator<object> {
  for (let index = 1; index <= messages; index++) {
    yield { content: makeText(`Item ${index} `, bytes), sender: 'lab' };
  }
}

const { AT_ONCE, PACED, STOPS } = LabReading;

/** The lessons that have a lab. Each of them has a `lab.ts`, which serves the step's file. */
export const labLessons: Partial<Record<string, LabLesson>> = {
  'lesson-02': {
    method: StreamingService.method.serverStreaming,
    step: 1,
    reader: 'the client',
    produces: 'items taken from the source',
    initial: { ...initial, bytes: 1024 },
    questions: {
      [AT_ONCE]: {
        text: 'How many items will the server have taken from its source when the call is over?',
        moment: 'end',
        counts: 'produced',
      },
      [PACED]: {
        text: 'How many items will the server have taken from its source when the client reads its second message?',
        moment: 'second read',
        counts: 'produced',
      },
      [STOPS]: {
        text: 'How many items will the server have taken from its source when nothing moves any more?',
        moment: 'end',
        counts: 'produced',
      },
    },
    makeRequests: ({ messages, bytes }) => [{ topic: makeText('lab ', bytes), maxMessages: messages }],
  },
  'lesson-03': {
    method: StreamingService.method.clientStreaming,
    step: 1,
    reader: "the server's store",
    produces: 'messages kept in the store',
    initial: { ...initial, messages: 100 },
    questions: {
      [AT_ONCE]: {
        text: 'How many messages will the server have kept when the half-close arrives?',
        moment: 'half-close',
        counts: 'produced',
      },
      [PACED]: {
        text: 'How many messages will be on the wire when the server has kept its first one?',
        moment: 'first produced',
        counts: 'fromClient',
      },
      [STOPS]: {
        text: 'How many messages will be on the wire when nothing moves any more?',
        moment: 'end',
        counts: 'fromClient',
      },
    },
    makeRequests: makeMessages,
  },
  'lesson-04': {
    method: StreamingService.method.bidirectionalStreaming,
    step: 2,
    reader: 'the client',
    produces: 'messages kept in the store',
    initial: { ...initial, messages: 100, bytes: 4096 },
    questions: {
      [AT_ONCE]: {
        text: 'How many answers will be on the wire when the client half-closes?',
        moment: 'half-close',
        counts: 'fromServer',
      },
      [PACED]: {
        text: 'How many messages will the server have kept when the client reads its second answer?',
        moment: 'second read',
        counts: 'produced',
      },
      [STOPS]: {
        text: 'How many messages will the server have kept when nothing moves any more?',
        moment: 'end',
        counts: 'produced',
      },
    },
    makeRequests: makeMessages,
  },
  'lesson-05': {
    method: ObservatoryService.method.readPictures,
    step: 1,
    reader: 'the client',
    produces: 'pictures read from the archive',
    initial,
    questions: {
      [AT_ONCE]: {
        text: 'How many WINDOW_UPDATE frames will the client send for this stream?',
        moment: 'end',
        counts: 'streamUpdates',
      },
      [PACED]: {
        text: 'How many pictures will have been read from the archive when the client reads its second one?',
        moment: 'second read',
        counts: 'produced',
      },
      [STOPS]: {
        text: 'How many pictures will have been read from the archive when nothing moves any more?',
        moment: 'end',
        counts: 'produced',
      },
    },
    makeRequests: () => [{ night: 'clear' }],
  },
  'lesson-06': {
    method: StreamingService.method.bidirectionalStreaming,
    step: 1,
    reader: 'the client',
    produces: 'answers of the upstream',
    initial: { ...initial, bytes: 4096 },
    questions: {
      [AT_ONCE]: {
        text: 'How many answers of the server will be on the wire when the client half-closes?',
        moment: 'half-close',
        counts: 'fromServer',
      },
      [PACED]: {
        text: 'How often will the upstream have answered when the client reads its second message?',
        moment: 'second read',
        counts: 'produced',
      },
      [STOPS]: {
        text: 'How often will the upstream have answered when nothing moves any more?',
        moment: 'end',
        counts: 'produced',
      },
    },
    makeRequests: makeMessages,
  },
};
