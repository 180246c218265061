import { status } from '@grpc/grpc-js';
import { describe, expect, test } from 'vitest';
import { collect, failure, MockFixture, readBlock, Talk } from './mock-fixture.ts';

const subscribe = 'myapp.NotificationService.Subscribe';
const upload = 'myapp.UploadService.UploadFile';
const chat = 'myapp.ChatService.Chat';
const talk = 'myapp.ControlService.Talk';
const uuid = expect.stringMatching(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);

describe('the blocks of the dialect', () => {
  test('basic server streaming sends four notifications, one each second', async () => {
    await using fixture = await MockFixture.start({ [subscribe]: readBlock('01-basic-server-streaming') });
    const responses = fixture.client('myapp.NotificationService').subscribe({ topics: ['user'] });
    const seen = [(await responses.next()).value];
    for (let second = 0; second < 3; second++) {
      fixture.clock.advance(999);
      expect(fixture.events.filter(({ kind }) => kind === 'sent')).toHaveLength(seen.length);
      fixture.clock.advance(1);
      seen.push((await responses.next()).value);
    }
    expect(await responses.next()).toEqual({ done: true, value: undefined });
    expect(seen).toMatchObject([
      { topic: 'system', message: 'Connected', severity: 0 },
      { topic: 'user', message: 'New user registered', severity: 0 },
      { topic: 'payment', message: 'Payment processed', severity: 0 },
      { topic: 'system', message: 'Maintenance scheduled', severity: 1 },
    ]);
  });

  test('dynamic server streaming speaks of the topics of the request, at the time', async () => {
    await using fixture = await MockFixture.start({ [subscribe]: readBlock('02-dynamic-server-streaming') });
    const topics = ['user', 'payment'];
    const responses = fixture.client('myapp.NotificationService').subscribe({ topics });
    const seen = [(await responses.next()).value];
    for (const ms of [1000, 1000, 3000]) {
      fixture.clock.advance(ms);
      seen.push((await responses.next()).value);
    }
    expect(await responses.next()).toMatchObject({ done: true });
    expect(seen).toMatchObject([
      { topic: 'user', message: 'Subscribed to 2 topics' },
      { topic: expect.toBeOneOf(topics), message: expect.stringMatching(/^[A-Z].*\. [A-Z].*\.$/) },
      { topic: expect.toBeOneOf(topics), message: expect.stringMatching(/^[A-Z][^.]*\.$/) },
      { topic: 'system', message: 'Stream ending' },
    ]);
    const start = BigInt(Date.UTC(2000, 0)) / 1000n;
    expect(seen.map(({ timestamp }) => timestamp.seconds - start)).toEqual([0n, 1n, 2n, 5n]);
  });

  test('basic client streaming answers once the upload is complete', async () => {
    await using fixture = await MockFixture.start({ [upload]: readBlock('03-basic-client-streaming') });
    const client = fixture.client('myapp.UploadService');
    const chunks = [1, 2, 3].map((sequence) => ({ sequence, data: new Uint8Array(10) }));
    expect(await client.uploadFile(chunks)).toMatchObject({ fileId: uuid, totalSize: 1024n, status: 0 });
  });

  test('advanced client streaming counts chunks in its state, and its progress stays in the journal', async () => {
    await using fixture = await MockFixture.start({ [upload]: readBlock('04-advanced-client-streaming') });
    const client = fixture.client('myapp.UploadService');
    const chunks = [{ sequence: 0 }, { sequence: 1 }, { sequence: 2, isLast: true }];
    expect(await client.uploadFile(chunks)).toMatchObject({ fileId: uuid, totalSize: 2048n, status: 0 });
    const events = fixture.events;
    expect(events.filter(({ kind }) => kind === 'progress').map(({ text }) => text)).toEqual([
      'Chunk 0 received',
      'Chunk 1 received',
    ]);
  });

  test('advanced client streaming answers an upload whose second chunk is the last', async () => {
    await using fixture = await MockFixture.start({ [upload]: readBlock('04-advanced-client-streaming') });
    const client = fixture.client('myapp.UploadService');
    const chunks = [
      { sequence: 0, data: Buffer.from('test') },
      { sequence: 1, data: Buffer.from('data'), isLast: true },
    ];
    expect(await client.uploadFile(chunks)).toMatchObject({ fileId: uuid, status: 0 });
  });

  test('basic bidirectional streaming welcomes, echoes what is said as it was said, and speaks up after 30 seconds', async () => {
    await using fixture = await MockFixture.start({ [chat]: readBlock('05-basic-bidi') });
    const call = new Talk(fixture.client('myapp.ChatService').chat);
    expect(await call.next()).toMatchObject({ userId: 'system', content: 'Welcome to chat!', type: 3 });
    expect(await call.ask({ userId: 'ada', type: 1 })).toMatchObject({
      userId: 'system',
      content: 'ada joined the chat',
      type: 3,
    });
    const content = 'he said "hi" \\ {{request.ws.state}}';
    expect(await call.ask({ userId: 'ada', content })).toMatchObject({ userId: 'ada', content, type: 0 });
    fixture.clock.advance(30_000);
    expect(await call.next()).toMatchObject({
      content: expect.stringMatching(/^Server uptime: (1?\d|2[0-4]) hours$/),
    });
    expect(await call.ask({ userId: 'ada', type: 2 })).toMatchObject({ content: 'ada left the chat' });
    call.end();
    expect(await call.next()).toBeUndefined();
  });

  test('advanced bidirectional streaming answers commands only after AUTH, most specific first', async () => {
    await using fixture = await MockFixture.start({ [chat]: readBlock('06-advanced-bidi') });
    const call = new Talk(fixture.client('myapp.ChatService').chat);
    const ask = async (content: string) => (await call.ask({ userId: 'ada', content }))?.content;
    expect(await ask('hello')).toBe('Please authenticate first');
    expect(await ask('AUTH')).toBe('Authenticated');
    expect(await call.ask({ userId: 'ada', content: 'hello' })).toMatchObject({
      userId: 'ada',
      content: 'hello',
    });
    expect(await ask('HELP')).toBe('Available commands: MSG, QUIT, STATUS');
    expect(await ask('STATUS')).toMatch(/^Connected users: ([1-9]|[1-4]\d|50)$/);
    expect(await ask('QUIT')).toBe('Goodbye!');
    expect(await call.next()).toBeUndefined();
  });

  test('stream control takes its conditions and intervals from the request', async () => {
    await using fixture = await MockFixture.start({ [talk]: readBlock('07-stream-control') });
    const call = new Talk(fixture.client('myapp.ControlService').talk);
    const received = fixture.next('received');
    call.send({ type: 'BEGIN', interval: 700 });
    await received;
    fixture.clock.advance(1000);
    fixture.clock.advance(5000);
    expect(await call.next()).toMatchObject({ content: 'Random interval message' });
    fixture.clock.advance(2000);
    expect(await call.next()).toMatchObject({ content: 'Custom interval message' });
    call.send({ type: 'END' });
    expect(await call.next()).toMatchObject({ content: 'Stream ended' });
    expect(await call.next()).toBeUndefined();
    const events = fixture.events;
    const [random, custom] = events
      .filter(({ kind }) => kind === 'sent')
      .map(({ scheduledMs = 0 }) => scheduledMs);
    expect(random).toSatisfy((ms: number) => ms >= 2000 && ms <= 6000);
    expect((custom ?? 0) - (random ?? 0)).toBe(700);
  });

  test('memory management answers a hundred messages, then says that it is enough', async () => {
    await using fixture = await MockFixture.start({ [chat]: readBlock('08-memory-management') });
    const call = new Talk(fixture.client('myapp.ChatService').chat);
    const answers: unknown[] = [];
    for (let count = 1; count <= 102; count++)
      answers.push((await call.ask({ content: String(count) }))?.content);
    expect(answers.indexOf('Message limit reached')).toBe(100);
    expect(answers.slice(0, 100).every((answer) => answer === 'Message received')).toBe(true);
    expect(answers[101]).toBe('Message limit reached');
  });

  test('connection limits name the stream, and end it after five minutes', async () => {
    await using fixture = await MockFixture.start(
      { [chat]: readBlock('09-connection-limits') },
      { limits: { streamTimeoutMs: 30_000 } },
    );
    const call = new Talk(fixture.client('myapp.ChatService').chat);
    const { id } = (await call.next().then(() => fixture.mock.journal.streams[0])) ?? {};
    fixture.clock.advance(299_999);
    expect(fixture.mock.runningCalls).toBe(1);
    fixture.clock.advance(1);
    expect(await call.next()).toMatchObject({ content: 'Connection timeout' });
    expect(await call.next()).toBeUndefined();
    expect(fixture.events[0]?.message).toEqual({
      content: `Connection ${id} established`,
    });
  });

  test('load balancing answers after random intervals from random servers, the same ones for the same seed', async () => {
    const play = async () => {
      await using fixture = await MockFixture.start({ [chat]: readBlock('10-load-balancing') }, { seed: 7 });
      const call = new Talk(fixture.client('myapp.ChatService').chat);
      const received = fixture.next('received');
      call.send({ content: 'anybody?' });
      await received;
      fixture.clock.advance(1000);
      fixture.clock.advance(5000);
      const contents = [(await call.next())?.content, (await call.next())?.content];
      const times = fixture.events.flatMap(({ scheduledMs }) => scheduledMs ?? []);
      await call.cancel();
      return { contents, times };
    };
    const { contents, times } = await play();
    expect(contents).toEqual([
      expect.stringMatching(/^Response from server [123]$/),
      expect.stringMatching(/^Health check from server [123]$/),
    ]);
    const [first = 0, second = 0] = times;
    expect(first).toSatisfy((ms: number) => ms >= 100 && ms <= 1000);
    expect(second - first).toSatisfy((ms: number) => ms >= 2000 && ms <= 5000);
    expect(await play()).toEqual({ contents, times });
  });

  test('stream errors refuse empty and long messages, and fail after five seconds', async () => {
    await using fixture = await MockFixture.start({ [chat]: readBlock('11-stream-errors') });
    const call = new Talk(fixture.client('myapp.ChatService').chat);
    expect(await call.ask({ userId: 'ada', content: '' })).toMatchObject({
      content: 'Empty message not allowed',
    });
    expect(await call.ask({ content: 'x'.repeat(500) })).toMatchObject({
      content: 'Message too long (max 500 chars)',
    });
    const unmatched = fixture.next('unmatched');
    call.send({ content: 'ok' });
    await unmatched;
    fixture.clock.advance(5000);
    expect(await failure(call.next())).toMatchObject({
      code: status.UNAVAILABLE,
      details: 'Network error occurred',
    });
  });

  test('recovery goes on 100 milliseconds after it has reconnected', async () => {
    await using fixture = await MockFixture.start({ [subscribe]: readBlock('12-recovery') });
    const responses = fixture.client('myapp.NotificationService').subscribe({});
    const seen = [(await responses.next()).value.message];
    fixture.clock.advance(2000);
    seen.push((await responses.next()).value.message);
    fixture.clock.advance(99);
    expect(fixture.mock.runningCalls).toBe(1);
    fixture.clock.advance(1);
    seen.push(...(await collect(responses)).map(({ message }) => message));
    expect(seen).toEqual([
      'Connection lost, attempting reconnect...',
      'Reconnected successfully',
      'Resuming stream from message ',
    ]);
  });
});
