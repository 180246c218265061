import { create, fromJson, type JsonValue, type MessageInitShape, toJson } from '@bufbuild/protobuf';
import { timestampFromMs, ValueSchema } from '@bufbuild/protobuf/wkt';
import { type Server, status } from '@grpc/grpc-js';
import { createAsyncHandlers, createServiceDefinition, StatusError } from '@streamlings/grpc';
import {
  StreamEvent_Kind as Kind,
  MockAdminService,
  type Stream,
  type StreamEventSchema,
  StreamSchema,
  type TailStreamsResponseSchema,
} from '../../gen/streamlings/mock/v1/mock_pb.ts';
import type { Json } from '../dialect/json.ts';
import type { JournalEvent, JournalStream } from './journal.ts';
import { nameOf } from './load-scenarios.ts';
import type { MockServer } from './mock-server.ts';

const kinds: Record<JournalEvent['kind'], Kind> = {
  received: Kind.RECEIVED,
  sent: Kind.SENT,
  fired: Kind.FIRED,
  progress: Kind.PROGRESS,
  unmatched: Kind.UNMATCHED,
  'half-closed': Kind.HALF_CLOSED,
  note: Kind.NOTE,
  ended: Kind.ENDED,
};

/** Events that may wait for a reader of `TailStreams`; beyond, it is cut off. */
const maxTailed = 10_000;

type TailedEvent = MessageInitShape<typeof TailStreamsResponseSchema>;

/** Adds the admin service to a server. */
export function addAdmin(server: Server, mock: MockServer, shutdownSignal: AbortSignal): void {
  const handlers = createAsyncHandlers(
    MockAdminService,
    {
      listStreams: ({ method, running }) => ({
        streams: mock.journal.streams
          .filter((stream) => (method === '' || stream.method === method) && !(running && stream.status))
          .map((stream) => describeStream(stream, true)),
      }),
      tailStreams: ({ fromStart }, { signal }) => tail(mock, fromStart, signal),
      pushMessage({ streamId, message }) {
        const json = message ? toJson(ValueSchema, message) : {};
        if (!attempt(() => mock.push(streamId, json as Json)))
          throw new StatusError(status.NOT_FOUND, `no stream ${streamId} runs`);
        return {};
      },
      reset() {
        mock.reset();
        return {};
      },
      listScenarios: () => ({
        scenarios: mock.catalog.scenarios.map((scenario) => ({
          name: scenario.name,
          file: scenario.file,
          method: nameOf(scenario.method),
          uses: mock.catalog.countUses(scenario),
        })),
      }),
      replaceScenarios({ files }) {
        attempt(() => mock.replaceScenarios(files));
        return {};
      },
      verify: ({ expectations }) => ({
        verdicts: attempt(() =>
          mock.verify(
            expectations.map(({ method, received, atLeast, atMost }) => ({
              method,
              ...(received !== undefined && { received }),
              ...(atLeast !== undefined && { atLeast }),
              ...(atMost !== undefined && { atMost }),
            })),
          ),
        ),
      }),
    },
    { shutdownSignal },
  );
  server.addService(createServiceDefinition(MockAdminService), handlers);
}

async function* tail(mock: MockServer, fromStart: boolean, signal: AbortSignal): AsyncGenerator<TailedEvent> {
  const waiting: TailedEvent[] = [];
  let wake = () => {};
  const stop = mock.journal.watch((stream, event) => {
    waiting.push({ stream: describeStream(stream, false), event: describeEvent(event) });
    wake();
  });
  signal.addEventListener('abort', () => wake());
  try {
    if (fromStart) yield* listRemembered(mock);
    while (!signal.aborted) {
      if (waiting.length > maxTailed)
        throw new StatusError(status.RESOURCE_EXHAUSTED, `more than ${maxTailed} events wait: read faster`);
      yield* waiting.splice(0);
      if (waiting.length === 0 && !signal.aborted) await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    stop();
  }
}

function* listRemembered(mock: MockServer): Generator<TailedEvent> {
  for (const stream of mock.journal.streams) {
    const described = describeStream(stream, false);
    for (const event of [...stream.events]) yield { stream: described, event: describeEvent(event) };
  }
}

function describeStream(stream: JournalStream, hasEvents: boolean): Stream {
  const { id, method, scenario, peer, startedMs, dropped } = stream;
  return create(StreamSchema, {
    id,
    method,
    scenario,
    peer,
    dropped,
    started: timestampFromMs(startedMs),
    ...(stream.status && { status: { code: stream.status.code, message: stream.status.details } }),
    events: hasEvents ? [...stream.events].map(describeEvent) : [],
  });
}

function describeEvent(event: JournalEvent): MessageInitShape<typeof StreamEventSchema> {
  const { kind, atMs, scheduledMs, line = '', text = '', message } = event;
  return {
    kind: kinds[kind],
    atMs,
    line,
    text,
    ...(scheduledMs !== undefined && { scheduledMs }),
    ...(message !== undefined && { message: fromJson(ValueSchema, message as JsonValue) }),
  };
}

/** What the caller got wrong is the caller's to know. */
function attempt<T>(step: () => T): T {
  try {
    return step();
  } catch (error) {
    throw new StatusError(status.INVALID_ARGUMENT, (error as Error).message);
  }
}
