import { create, type DescMessage, fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  type handleServerStreamingCall,
  type handleUnaryCall,
  Server,
  ServerCredentials,
  type ServiceDefinition,
} from '@grpc/grpc-js';
import { loadRegistry } from '@streamlings/wire';
import { createMockServer, type ScenarioText } from '../src/index.ts';

const proto = new URL('proto', import.meta.url).pathname;
/** Messages of the server stream. */
export const streamLength = 100_000;
/** A scripted stream of 1 GiB, in messages of 64 KiB. */
export const large = { bytes: 64 * 1024, count: 16 * 1024 };

interface Message {
  content: string;
  sender: string;
  number: number;
}

/** Servers by name; each resolves with its port. */
export const servers: Record<string, () => Promise<number>> = {
  mock: () => serveMock(echoes),
  'hand-written': serveHandWritten,
  'rules-1': () => serveMock(rules(1)),
  'rules-100': () => serveMock(rules(100)),
  'rules-10000': () => serveMock(rules(10_000)),
  timeline: () => serveMock(timeline),
  stalled: () => serveMock(stalled),
};

const echo = { content: '{{request.ws.message.content}}', sender: 'bench' };

const echoes: Record<string, ScenarioText> = {
  'bench.v1.BenchService.Ask': [{ dir: 'in', text: '.*', response: echo }],
  'bench.v1.BenchService.Watch': [
    {
      dir: 'out',
      every: 0,
      times: streamLength,
      text: { content: 'message {{request.ws.state.n}}', sender: 'bench' },
      n: '{{request.ws.state.n + 1}}',
    },
  ],
  'bench.v1.BenchService.Talk': [{ dir: 'in', text: '.*', response: echo }],
};

/** Half of them ask for a text, half for a field; the client asks for each in turn. */
function rules(count: number): Record<string, ScenarioText> {
  const lines = Array.from({ length: count }, (_, index) => ({
    dir: 'in',
    text: index % 2 ? { number: index } : `question ${index}`,
    response: { content: `answer ${index}` },
  }));
  return { 'bench.v1.BenchService.Talk': lines };
}

/** Fifteen messages, one each 200 milliseconds or so: at random, or all streams would have theirs at the same moments. */
const timeline: Record<string, ScenarioText> = {
  'bench.v1.BenchService.Watch': Array.from({ length: 15 }, (_, index) => ({
    dir: 'out',
    ts: '{{randInt 100 300}}',
    text: { number: index },
  })),
};

const stalled: Record<string, ScenarioText> = {
  'bench.v1.BenchService.Watch': [
    {
      dir: 'out',
      every: 0,
      times: large.count,
      text: { content: `{{request.ws.state.n}} ${'x'.repeat(large.bytes)}` },
      n: '{{request.ws.state.n + 1}}',
    },
  ],
};

async function serveMock(scenarios: Record<string, ScenarioText>): Promise<number> {
  const mock = await createMockServer({ proto, scenarios });
  process.on('message', (question) => {
    if (question === 'lateness') process.send?.(listLateness([...mock.journal.streams]));
    if (question === 'reset') {
      mock.reset();
      process.send?.(0);
    }
  });
  return mock.port;
}

/** By how much each message left late. */
function listLateness(streams: { events: Iterable<{ atMs: number; scheduledMs?: number }> }[]): number[] {
  return streams.flatMap(({ events }) =>
    [...events].flatMap(({ atMs, scheduledMs }) => (scheduledMs === undefined ? [] : atMs - scheduledMs)),
  );
}

/** The same answers in plain grpc-js, with the codec of Protobuf-ES. */
async function serveHandWritten(): Promise<number> {
  const registry = await loadRegistry(proto);
  const desc = registry.getMessage('bench.v1.Message') as DescMessage;
  const server = new Server();
  const ask: handleUnaryCall<Message, Partial<Message>> = (call, callback) =>
    callback(null, { content: call.request.content, sender: 'bench' });
  const watch: handleServerStreamingCall<Message, Partial<Message>> = (call) => {
    let number = 0;
    const write = () => {
      while (number < streamLength) {
        if (!call.write({ content: `message ${number++}`, sender: 'bench' })) {
          call.once('drain', write);
          return;
        }
      }
      call.end();
    };
    write();
  };
  server.addService(defineService(desc), { ask, watch });
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
    error ? reject(error) : resolve(port),
  );
  return promise;
}

function defineService(desc: DescMessage): ServiceDefinition {
  const serialize = (message: object) => {
    const bytes = toBinary(desc, create(desc, { ...message }));
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  };
  const deserialize = (bytes: Buffer) => fromBinary(desc, bytes);
  const codec = {
    requestSerialize: serialize,
    responseSerialize: serialize,
    requestDeserialize: deserialize,
    responseDeserialize: deserialize,
  };
  return {
    ask: { path: '/bench.v1.BenchService/Ask', requestStream: false, responseStream: false, ...codec },
    watch: { path: '/bench.v1.BenchService/Watch', requestStream: false, responseStream: true, ...codec },
  };
}
