import type { JsonValue } from '@bufbuild/protobuf';
import { fromJson, toJson } from '@bufbuild/protobuf';
import { ValueSchema } from '@bufbuild/protobuf/wkt';
import { credentials, status } from '@grpc/grpc-js';
import { createAsyncClient } from '@streamlings/grpc';
import { describe, expect, test } from 'vitest';
import { StreamEvent_Kind as Kind, MockAdminService } from '../gen/streamlings/mock/v1/mock_pb.ts';
import { createRandom } from '../src/engine/random.ts';
import { Journal, VirtualClock } from '../src/index.ts';
import { failure, MockFixture, Talk } from './mock-fixture.ts';

const service = 'myapp.ControlService';
const talk = `${service}.Talk.jsonl`;
const echo = '{"dir":"in","text":"a.*","response":"{{request.ws.message.content}}!"}';

async function startAdmin() {
  const fixture = await MockFixture.start({ [talk]: echo });
  const admin = createAsyncClient(MockAdminService, fixture.mock.address, credentials.createInsecure());
  return {
    fixture,
    admin,
    async [Symbol.asyncDispose]() {
      admin.close();
      await fixture[Symbol.asyncDispose]();
    },
  };
}

const json = (value: JsonValue) => fromJson(ValueSchema, value);

describe('the admin service', () => {
  test('lists streams with what happened in them', async () => {
    await using started = await startAdmin();
    const { fixture, admin } = started;
    const call = new Talk(fixture.client(service).talk);
    await call.ask({ content: 'a' });
    const unmatched = fixture.next('unmatched');
    call.send({ content: 'x' });
    await unmatched;
    const { streams } = await admin.listStreams({ running: true, method: `${service}/Talk` });
    expect(streams).toMatchObject([
      {
        id: '1',
        method: `${service}/Talk`,
        scenario: talk,
        events: [
          { kind: Kind.RECEIVED, atMs: 0 },
          { kind: Kind.SENT, scheduledMs: 0, line: `${talk}:1` },
          { kind: Kind.RECEIVED },
          { kind: Kind.UNMATCHED, text: `nearest is ${talk}:1: \`a.*\` is not found in "x"` },
        ],
      },
    ]);
    const [event] = streams[0]?.events ?? [];
    expect(event?.message && toJson(ValueSchema, event.message)).toMatchObject({ content: 'a', interval: 0 });
    call.end();
    await call.next();
    expect(await admin.listStreams({ running: true })).toMatchObject({ streams: [] });
    expect((await admin.listStreams({})).streams).toMatchObject([{ status: { code: status.OK } }]);
    expect(await admin.listStreams({ method: 'no.Such/Method' })).toMatchObject({ streams: [] });
  });

  test('tells what happens as it happens, what was before included', async () => {
    await using started = await startAdmin();
    const { fixture, admin } = started;
    const call = new Talk(fixture.client(service).talk);
    await call.ask({ content: 'a' });
    const tail = admin.tailStreams({ fromStart: true });
    const kinds = [(await tail.next()).value?.event?.kind, (await tail.next()).value?.event?.kind];
    const next = tail.next();
    call.end();
    kinds.push((await next).value?.event?.kind, (await tail.next()).value?.event?.kind);
    expect(kinds).toEqual([Kind.RECEIVED, Kind.SENT, Kind.HALF_CLOSED, Kind.ENDED]);
    await tail.return();
  });

  test('pushes messages into streams that run', async () => {
    await using started = await startAdmin();
    const { fixture, admin } = started;
    const call = new Talk(fixture.client(service).talk);
    await call.ask({ content: 'a' });
    await admin.pushMessage({ streamId: '1', message: json({ content: 'pushed' }) });
    expect(await call.next()).toMatchObject({ content: 'pushed' });
    expect(await failure(admin.pushMessage({ streamId: '1', message: json({ nope: 1 }) }))).toMatchObject({
      code: status.INVALID_ARGUMENT,
    });
    expect(await failure(admin.pushMessage({ streamId: '9', message: json({}) }))).toMatchObject({
      code: status.NOT_FOUND,
    });
  });

  test('replaces scenarios, and refuses those that cannot be used', async () => {
    await using started = await startAdmin();
    const { fixture, admin } = started;
    const running = new Talk(fixture.client(service).talk);
    await running.ask({ content: 'a' });
    await admin.replaceScenarios({ files: [{ file: talk, text: '{"dir":"out","text":"new"}' }] });
    expect(await new Talk(fixture.client(service).talk).next()).toMatchObject({ content: 'new' });
    expect(await running.ask({ content: 'a' })).toMatchObject({ content: 'a!' });
    expect(await admin.listScenarios({})).toMatchObject({
      scenarios: [{ name: talk, file: talk, method: `${service}/Talk`, uses: 1 }],
    });
    const refused = await failure(admin.replaceScenarios({ files: [{ file: talk, text: '{}' }] }));
    expect(refused).toMatchObject({
      code: status.INVALID_ARGUMENT,
      details: expect.stringContaining(`${talk}:1:1: \`dir\` is missing`),
    });
  });

  test('verifies what is expected', async () => {
    await using started = await startAdmin();
    const { fixture, admin } = started;
    const call = new Talk(fixture.client(service).talk);
    await call.ask({ content: 'a' });
    await call.ask({ content: 'ab' });
    const method = `${service}/Talk`;
    const { verdicts } = await admin.verify({
      expectations: [
        { method },
        { method, received: 'ab' },
        { method, received: 'a.*', atLeast: 3 },
        { method, received: 'zzz', atMost: 0 },
        { method: `${service}/Ask`, atLeast: 1, atMost: 1 },
      ],
    });
    expect(verdicts.map(({ met, count }) => [met, count])).toEqual([
      [true, 1],
      [true, 1],
      [false, 2],
      [true, 0],
      [false, 0],
    ]);
    expect(verdicts[2]?.text).toBe(`${method}: expected 3 or more messages that match \`a.*\`, received 2`);
    expect(await failure(admin.verify({ expectations: [{ method: 'no.Such/Method' }] }))).toMatchObject({
      details: 'there is no method no.Such/Method',
    });
  });

  test('forgets', async () => {
    await using started = await startAdmin();
    const { fixture, admin } = started;
    const call = new Talk(fixture.client(service).talk);
    await call.ask({ content: 'a' });
    await admin.reset({});
    expect((await admin.listStreams({})).streams).toMatchObject([{ id: '1', events: [] }]);
    call.end();
    await call.next();
  });

  test('is not there where it is not wanted', async () => {
    await using fixture = await MockFixture.start({}, { admin: false });
    const admin = createAsyncClient(MockAdminService, fixture.mock.address, credentials.createInsecure());
    expect(await failure(admin.listStreams({}))).toMatchObject({ code: status.UNIMPLEMENTED });
    admin.close();
  });
});

describe('the journal', () => {
  test('keeps within its budget, and says what it dropped', () => {
    const journal = new Journal(new VirtualClock(), 50_000);
    const random = createRandom(1);
    const over = journal.open('over', 'm', 's', 'p');
    over.note('first');
    over.ended({ code: 0, details: '' });
    const running = journal.open('running', 'm', 's', 'p');
    for (let count = 0; count < 3_000; count++)
      running.sent({ count }, Math.floor(random() * 200), 0, undefined);
    const [stream] = journal.streams;
    expect(journal.streams).toHaveLength(1);
    const events = [...(stream?.events ?? [])];
    expect(events.length).toBeLessThan(50_000 / 300);
    expect(events.length).toBeGreaterThan(50);
    expect(stream?.dropped).toBe(3_000 - events.length);
    expect(events.at(-1)?.message).toEqual({ count: 2_999 });
  });
});
