import { once } from 'node:events';
import type { JsonObject } from '@bufbuild/protobuf';
import { credentials } from '@grpc/grpc-js';
import { createClient, type ServiceHandlers } from '@streamlings/grpc';
import { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import type { Timeline } from '@streamlings/wire';
import { expect, it } from 'vitest';
import { serve } from '../src/probes/serve.ts';
import { CheckWire } from '../src/supervisor/check-wire.ts';
import { packSchema } from '../src/wire/schema.ts';
import { EventLog } from '../src/world/event-log.ts';
import { gradeProgram, rightAnswer, serverWith } from './grade-program.ts';

type Handlers = Partial<ServiceHandlers<typeof StreamingService>>;

const withoutTimes = (lines: string[]) => lines.map((line) => line.replace(/^ *\d+ ms +/, ''));
const serveStreaming = (handlers: Handlers) => serve(StreamingService, handlers, new EventLog());
const pathsOf = (timeline: unknown) => (timeline as Timeline).streams.map(({ path }) => path);

it('shows the frames of a broken promise, and between them what the harness saw', async () => {
  const run = await gradeProgram(serverWith(`callback(null, { content: call.request.content });`));
  const lines = withoutTimes(run.verdicts[0]?.wire ?? []);
  expect(lines).toContain('client → server  HEADERS  /streamlings.streaming.v1.StreamingService/UnaryCall');
  expect(lines).toContain('client → server  DATA     message 1 (4 bytes), half-close  {"content":"hi"}');
  expect(lines).toContain('call unaryCall arrived');
  expect(lines.join('\n')).not.toMatch(/Harness|GOAWAY|SETTINGS/);
  expect(lines.length).toBeLessThanOrEqual(20);
});

it('keeps the whole timeline of a broken promise', async () => {
  const run = await gradeProgram(serverWith(`callback(null, { content: call.request.content });`));
  const [timeline] = run.verdicts[0]?.timelines ?? ([] as JsonObject[]);
  expect(timeline).toMatchObject({ version: 1, messages: [{ json: { content: 'hi' } }, {}] });
  expect(pathsOf(timeline)).toEqual(['/streamlings.streaming.v1.StreamingService/UnaryCall']);
});

it('survives the process of the learner', async () => {
  const run = await gradeProgram(serverWith('while (true) {}'), { steps: [1] });
  expect(run.verdicts[0]?.label).toMatch(/kept the event loop busy/);
  expect(run.verdicts[0]?.wire.join('\n')).toContain('StreamingService/UnaryCall');
  expect(run.verdicts[0]?.wire.join('\n')).not.toContain('client ← server  DATA');
});

it('shows the frames of a kept promise only when asked to', async () => {
  const quiet = await gradeProgram(serverWith(rightAnswer), { steps: [1] });
  expect(quiet.verdicts.map(({ wire, timelines }) => [...wire, ...timelines])).toEqual([[], []]);
  const shown = await gradeProgram(serverWith(rightAnswer), { steps: [1], wire: true });
  for (const { wire } of shown.verdicts) expect(withoutTimes(wire).join('\n')).toContain('grpc-status');
});

it('tells a check what passed, without the pings of the harness', async () => {
  await using server = await serveStreaming({
    unaryCall: ({ request }, callback) => callback(null, request),
  });
  await server.unary('unaryCall', { content: 'a' });
  await server.unary('unaryCall', { content: 'b' });
  await server.barrier(2);
  const timeline = await server.wire();
  expect(pathsOf(timeline)).toEqual(Array(2).fill('/streamlings.streaming.v1.StreamingService/UnaryCall'));
  expect(timeline.connections).toHaveLength(1);
  expect(timeline.messages.map(({ json }) => json)).toEqual(
    ['a', 'a', 'b', 'b'].map((content) => ({ content })),
  );
});

it('leaves out a connection that carried nothing but pings', async () => {
  await using server = await serveStreaming({
    unaryCall: ({ request }, callback) => callback(null, request),
  });
  expect((await server.wire()).connections).toEqual([]);
  const client = createClient(StreamingService, server.address, credentials.createInsecure());
  await new Promise((resolve) => client.unaryCall({}, resolve));
  const { connections, frames } = await server.wire();
  expect(connections).toHaveLength(1);
  expect(new Set(frames.map(({ connection }) => connection))).toEqual(new Set([connections[0]?.id]));
  client.close();
});

it('says which window holds whom at the end of a check', async () => {
  await using server = await serveStreaming({
    serverStreaming: async (call) => {
      for (let i = 0; i < 100; i++) {
        if (!call.write({ content: 'x'.repeat(10_000) })) await once(call, 'drain');
      }
    },
  });
  const wire = new CheckWire();
  const port = Number(server.address.split(':')[1]);
  const { address } = await wire.open(port, packSchema(StreamingService));
  const client = createClient(StreamingService, address, credentials.createInsecure());
  const call = client.serverStreaming({}).on('error', () => {});
  await once(call, 'readable');
  // A call that nobody reads: what the server can send is bounded by the window, so it comes to a stop.
  // An application that sends nothing yet counts as a stall, too, and it is not the one that lasts.
  const isHeld = () =>
    wire.timeline(0)?.stalls.some(({ cause, endedMs }) => cause !== 'application' && endedMs === undefined);
  while (!isHeld()) await server.barrier();
  wire.freeze();
  call.cancel();
  client.close();
  expect(wire.describeStalls()).toEqual([
    expect.stringMatching(/^On the wire, the client stopped reading at [\d,]+ bytes; the server waits for/),
  ]);
  expect(wire.excerpt().join('\n')).toMatch(/windows? used up/);
  await wire.close();
});

it('refuses to stand before what is no port', async () => {
  const wire = new CheckWire();
  for (const port of [undefined, 0, 65_536, 1.5, '80']) {
    await expect(wire.open(port as number, packSchema(StreamingService))).rejects.toThrow('is no port');
  }
});
