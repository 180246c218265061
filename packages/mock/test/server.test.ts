import { readFileSync } from 'node:fs';
import { credentials, Metadata, status } from '@grpc/grpc-js';
import { createAsyncClient, type StatusError } from '@streamlings/grpc';
import { ErrorInfoSchema } from '@streamlings/grpc/google/rpc/error_details';
import { Health, ServingStatus } from '@streamlings/grpc/health';
import { ServerReflection } from '@streamlings/grpc/reflection';
import { createTap } from '@streamlings/wire';
import { describe, expect, test } from 'vitest';
import { createMockServer, ScenarioError } from '../src/index.ts';
import { type AnyClient, collect, failure, MockFixture, Requests, registry, Talk } from './mock-fixture.ts';

const ask = 'myapp.ControlService.Ask';
const watch = 'myapp.ControlService.Watch';
const talk = 'myapp.ControlService.Talk';
const send = 'myapp.ControlService.Send';
const service = 'myapp.ControlService';
const content = (text: string) => ({ content: text });

function metadata(entries: Record<string, string>): Metadata {
  const result = new Metadata();
  for (const [key, value] of Object.entries(entries)) result.set(key, value);
  return result;
}

describe('a mock server', () => {
  test('plays all four kinds of calls', async () => {
    await using fixture = await MockFixture.start({
      [ask]: [{ dir: 'in', text: '.*', response: 'hello {{request.content}}' }],
      [watch]: [
        { dir: 'out', text: 'a' },
        { dir: 'out', text: 'b' },
      ],
      [talk]: [
        { dir: 'out', text: 'welcome' },
        { dir: 'in', text: '.*', response: '{{request.ws.message.content}}!' },
      ],
      [send]: [{ dir: 'in', text: '.*', response: '{{request.ws.index}}' }],
    });
    const client = fixture.client(service);
    expect(await client.ask(content('ada'))).toMatchObject(content('hello ada'));
    expect((await collect(client.watch({}))).map((message) => message.content)).toEqual(['a', 'b']);
    const call = new Talk(client.talk);
    expect(await call.next()).toMatchObject(content('welcome'));
    expect(await call.ask(content('x'))).toMatchObject(content('x!'));
    call.end();
    expect(await call.next()).toBeUndefined();
    expect(await client.send([{}, {}, {}])).toMatchObject(content('3'));
  });

  test('answers UNIMPLEMENTED without a scenario, and says which file is missing', async () => {
    await using fixture = await MockFixture.start();
    expect(await failure(fixture.client(service).ask({}))).toMatchObject({
      code: status.UNIMPLEMENTED,
      details: 'no scenario: add myapp.ControlService.Ask.jsonl',
    });
  });

  test('answers NOT_FOUND where no rule fits, with the nearest one in the details', async () => {
    await using fixture = await MockFixture.start({
      [ask]: [{ dir: 'in', text: { type: 'A' }, response: 'x' }],
    });
    const error = (await failure(fixture.client(service).ask({ type: 'B' }))) as unknown as StatusError;
    expect(error.code).toBe(status.NOT_FOUND);
    expect(error.findDetails(ErrorInfoSchema)).toMatchObject([
      { reason: 'NO_RULE_MATCHED', metadata: { nearest: `nearest is ${ask}:1: \`type\` is "B", not "A"` } },
    ]);
  });

  test('sends metadata, trailers and the details of errors', async () => {
    await using fixture = await MockFixture.start({
      [ask]: [
        {
          dir: 'out',
          metadata: { 'x-one': '{{request.content}}' },
          trailers: { 'x-two': '2', 'x-three-bin': 'AQI=' },
          error: {
            code: 'FAILED_PRECONDITION',
            message: 'no {{request.content}}',
            details: [
              { '@type': 'google.rpc.ErrorInfo', reason: 'R', metadata: { who: '{{request.content}}' } },
            ],
          },
        },
      ],
    });
    const seen: Metadata[] = [];
    const onHeaders = (headers: Metadata) => seen.push(headers);
    const error = (await failure(
      fixture.client(service).ask(content('ada'), { onHeaders }),
    )) as unknown as StatusError;
    expect(error).toMatchObject({ code: status.FAILED_PRECONDITION, details: 'no ada' });
    expect(error.findDetails(ErrorInfoSchema)).toMatchObject([{ reason: 'R', metadata: { who: 'ada' } }]);
    expect(error.metadata.get('x-two')).toEqual(['2']);
    expect(error.metadata.get('x-three-bin')).toEqual([Buffer.from([1, 2])]);
    expect(seen[0]?.get('x-one')).toEqual(['ada']);
  });

  test('fails a call whose computed metadata cannot be sent, and serves on', async () => {
    await using fixture = await MockFixture.start({
      [ask]: [{ dir: 'out', text: 'ok', metadata: { 'x-who': '{{request.content}}' } }],
    });
    const client = fixture.client('myapp.ControlService');
    expect(await failure(client.ask({ content: 'Zoë' }))).toMatchObject({
      code: status.INTERNAL,
      details: expect.stringContaining(`${ask}:1: the metadata \`x-who\` must be printable ASCII`),
    });
    expect(await client.ask({ content: 'Zoe' })).toMatchObject({ content: 'ok' });
  });

  test('lets expressions see the metadata of the call', async () => {
    await using fixture = await MockFixture.start({
      [ask]: [{ dir: 'out', text: "{{request.metadata['x-user']}}" }],
    });
    expect(
      await fixture.client(service).ask({}, { metadata: metadata({ 'x-user': 'grace' }) }),
    ).toMatchObject(content('grace'));
  });

  test('ends an upload early, and the client may still be sending', async () => {
    await using fixture = await MockFixture.start({
      [send]: [{ dir: 'in', text: '.*', response: 'enough', close: true }],
    });
    const requests = new Requests();
    requests.send({});
    expect(await fixture.client(service).send(requests)).toMatchObject(content('enough'));
  });

  test('journals a call that the client cancels, or whose deadline passes', async () => {
    await using fixture = await MockFixture.start({ [talk]: [{ dir: 'out', text: 'a' }] });
    const client = fixture.client(service);
    const call = new Talk(client.talk);
    await call.next();
    const cancelled = fixture.next('ended');
    await call.cancel();
    expect(await cancelled).toMatchObject({ code: status.CANCELLED });
    const late = fixture.next('ended');
    const slow = new Talk(client.talk, { deadline: Date.now() + 100 });
    await slow.next();
    expect(await failure(slow.next())).toMatchObject({ code: status.DEADLINE_EXCEEDED });
    expect(await late).toMatchObject({ code: status.DEADLINE_EXCEEDED });
  });

  test('refuses bytes that are no such message', async () => {
    await using fixture = await MockFixture.start({ [ask]: [{ dir: 'out', text: 'a' }] });
    const { Client } = await import('@grpc/grpc-js');
    const client = new Client(fixture.mock.address, credentials.createInsecure());
    const same = (bytes: Buffer) => bytes;
    const { promise, resolve } = Promise.withResolvers<unknown>();
    client.makeUnaryRequest(`/${service}/Ask`, same, same, Buffer.from([0xff, 0xff]), resolve);
    expect(await promise).toMatchObject({
      code: status.INTERNAL,
      details: expect.stringContaining('the request is no myapp.ControlMessage'),
    });
    client.close();
  });

  test('ends what runs with UNAVAILABLE when it closes', async () => {
    await using fixture = await MockFixture.start({ [talk]: [{ dir: 'out', text: 'a' }] });
    const call = new Talk(fixture.client(service).talk);
    await call.next();
    const ended = failure(call.next());
    await fixture.mock.close();
    expect(await ended).toMatchObject({
      code: status.UNAVAILABLE,
      details: 'the mock server is shutting down',
    });
  });

  test('lets what runs end by itself within the time of grace', async () => {
    await using fixture = await MockFixture.start({
      [talk]: [
        { dir: 'out', text: 'a' },
        { dir: 'in', text: '.*', response: 'b' },
      ],
    });
    const call = new Talk(fixture.client(service).talk);
    await call.next();
    const closed = fixture.mock.close(20_000);
    expect(await call.ask({})).toMatchObject(content('b'));
    call.end();
    expect(await call.next()).toBeUndefined();
    await closed;
  });
});

describe('the choice of a scenario', () => {
  test('takes the most demanding one that fits', async () => {
    await using fixture = await MockFixture.start({
      [`${ask}.a`]: [{ dir: 'out', text: 'anyone' }],
      [`${ask}.b`]: [
        { scenario: { when: { metadata: { 'x-user': 'ada.*' } } } },
        { dir: 'out', text: 'ada' },
      ],
      [`${ask}.c`]: [{ scenario: { when: { message: { type: 'VIP' } } } }, { dir: 'out', text: 'vip' }],
      [`${ask}.d`]: [
        { scenario: { when: { message: '{"type":"VIP"}', metadata: { 'x-user': 'ada' } } } },
        { dir: 'out', text: 'both' },
      ],
    });
    const client = fixture.client(service);
    const choose = async (type: string, user?: string) =>
      (await client.ask({ type }, user === undefined ? {} : { metadata: metadata({ 'x-user': user }) }))
        .content;
    expect([
      await choose('x'),
      await choose('x', 'ada lovelace'),
      await choose('VIP'),
      await choose('VIP', 'ada'),
    ]).toEqual(['anyone', 'ada', 'vip', 'both']);
  });

  test('goes on to the next one after so many calls, and stays with the last', async () => {
    await using fixture = await MockFixture.start({
      [`${ask}.1`]: [{ scenario: { times: 2 } }, { dir: 'out', error: 'UNAVAILABLE' }],
      [`${ask}.2`]: [{ scenario: { times: 1 } }, { dir: 'out', text: 'back' }],
    });
    const client = fixture.client(service);
    const codes: unknown[] = [];
    for (let call = 0; call < 4; call++)
      codes.push(
        await client.ask({}).then(
          () => 0,
          (error: StatusError) => error.code,
        ),
      );
    expect(codes).toEqual([14, 14, 0, 0]);
    fixture.mock.reset();
    expect(await failure(client.ask({}))).toMatchObject({ code: 14 });
  });

  test('waits for the first message where a scenario asks for it', async () => {
    await using fixture = await MockFixture.start({
      [`${talk}.1`]: [{ scenario: { when: { message: 'one' } } }, { dir: 'out', text: 'first' }],
      [`${talk}.2`]: [{ scenario: { when: { message: 'two' } } }, { dir: 'out', text: 'second' }],
    });
    const client = fixture.client(service);
    expect(await new Talk(client.talk).ask(content('two'))).toMatchObject(content('second'));
    expect(await failure(new Talk(client.talk).ask(content('three')))).toMatchObject({
      code: status.NOT_FOUND,
    });
  });
});

describe('below gRPC', () => {
  test.each([
    ['REFUSED_STREAM', status.UNAVAILABLE],
    ['CANCEL', status.CANCELLED],
    ['ENHANCE_YOUR_CALM', status.RESOURCE_EXHAUSTED],
  ])('a stream is reset with %s after its message', async (reset, code) => {
    await using fixture = await MockFixture.start({ [watch]: [{ dir: 'out', text: 'a', reset }] });
    const responses = fixture.client(service).watch({});
    expect((await responses.next()).value).toMatchObject(content('a'));
    expect(await failure(responses.next())).toMatchObject({ code });
  });

  test('a response ends without trailers', async () => {
    await using fixture = await MockFixture.start({ [ask]: [{ dir: 'out', text: 'a', noTrailers: true }] });
    expect(await failure(fixture.client(service).ask({}))).toMatchObject({
      code: status.INTERNAL,
      details: expect.stringContaining('without gRPC status'),
    });
  });

  test('a socket is reset', async () => {
    await using fixture = await MockFixture.start({ [watch]: [{ dir: 'out', text: 'a', socket: 'reset' }] });
    const responses = fixture.client(service).watch({});
    await responses.next();
    expect(await failure(responses.next())).toMatchObject({ code: status.UNAVAILABLE });
  });

  test('a connection is sent away, and its call goes on', async () => {
    await using fixture = await MockFixture.start({
      [talk]: [
        { dir: 'out', text: 'a', goaway: 'NO_ERROR' },
        { dir: 'in', text: '.*', response: 'still here' },
      ],
      [ask]: [{ dir: 'out', text: '{{request.ws.connectionId}}' }],
    });
    const [host = '', port = 0] = fixture.mock.address.split(':');
    await using tap = await createTap({ target: { host, port: Number(port) } });
    const client = createAsyncClient(
      registry.getService(service) as never,
      tap.address,
      credentials.createInsecure(),
    ) as unknown as AnyClient;
    const call = new Talk(client.talk);
    await call.next();
    expect(await call.ask({})).toMatchObject(content('still here'));
    await client.ask({});
    call.end();
    expect(await call.next()).toBeUndefined();
    const { frames, connections } = tap.timeline();
    expect(frames.find(({ type }) => type === 'GOAWAY')).toMatchObject({ from: 'server', code: 'NO_ERROR' });
    expect(connections).toHaveLength(2);
    client.close();
  });

  test('a message is split over DATA frames, and compressed, and what follows keeps its place', async () => {
    const text = 'x'.repeat(50);
    await using fixture = await MockFixture.start({
      [watch]: [
        { dir: 'out', text, chunk: 20 },
        { dir: 'out', text: `${text}y`, compress: true },
        { dir: 'out', text: 'c', trailers: { end: 'yes' } },
      ],
    });
    const [host = '', port = 0] = fixture.mock.address.split(':');
    await using tap = await createTap({ target: { host, port: Number(port) }, registry });
    const client = createAsyncClient(
      registry.getService(service) as never,
      tap.address,
      credentials.createInsecure(),
    ) as unknown as AnyClient;
    const contents = (await collect(client.watch({}))).map((message) => message.content);
    expect(contents).toEqual([text, `${text}y`, 'c']);
    const { frames, messages } = tap.timeline();
    const sent = messages.filter(({ from }) => from === 'server');
    expect(sent.map(({ compressed }) => compressed)).toEqual([false, true, false]);
    expect(
      frames.filter(({ type, from, length }) => type === 'DATA' && from === 'server' && length === 20),
    ).toHaveLength(2);
    client.close();
  });

  test('a client is not read while reading pauses', async () => {
    await using fixture = await MockFixture.start({
      [talk]: [{ dir: 'in', text: '.*', response: 'r', pauseRead: 1000 }],
    });
    const call = new Talk(fixture.client(service).talk);
    expect(await call.ask({})).toMatchObject(content('r'));
    call.send({});
    await fixture
      .client(service)
      .ask({})
      .catch(() => {});
    expect(fixture.events.length).toBeGreaterThan(0);
    const received = () =>
      [...(fixture.mock.journal.find('1')?.events ?? [])].filter(({ kind }) => kind === 'received');
    expect(received()).toHaveLength(1);
    fixture.clock.advance(1000);
    expect(await call.next()).toMatchObject(content('r'));
    expect(received()).toHaveLength(2);
  });

  test('a reader that stalls stops the script, and finds everything when it reads on', async () => {
    const text = 'x'.repeat(10_000);
    await using fixture = await MockFixture.start({
      [watch]: [{ dir: 'out', text, every: 0, times: 500 }],
      [ask]: [{ dir: 'out', text: 'a' }],
    });
    const client = fixture.client(service);
    const responses = client.watch({});
    await responses.next();
    const sent = () => fixture.mock.journal.find('1')?.events ?? [];
    let before = -1;
    for (let count = 0; count !== before; count = [...sent()].length) {
      before = count;
      for (let round = 0; round < 20; round++) await client.ask({});
    }
    expect(before).toBeLessThan(200);
    expect(await collect(responses)).toHaveLength(499);
  });
});

describe('what comes with the server', () => {
  test('is health, for each service', async () => {
    await using fixture = await MockFixture.start();
    const client = createAsyncClient(Health, fixture.mock.address, credentials.createInsecure());
    expect(await client.check({ service })).toMatchObject({ status: ServingStatus.SERVING });
    client.close();
  });

  test('is reflection, without the mocked services twice', async () => {
    await using fixture = await MockFixture.start();
    await fixture.mock.reload();
    const client = createAsyncClient(ServerReflection, fixture.mock.address, credentials.createInsecure());
    const [answer] = await Array.fromAsync(
      client.serverReflectionInfo([{ messageRequest: { case: 'listServices', value: '' } }]),
    );
    const names =
      answer?.messageResponse.case === 'listServicesResponse'
        ? answer.messageResponse.value.service.map(({ name }) => name)
        : [];
    expect(names.filter((name) => name.startsWith('myapp.'))).toEqual([
      'myapp.ChatService',
      'myapp.ControlService',
      'myapp.NotificationService',
      'myapp.UploadService',
    ]);
    expect(names).toContain('streamlings.mock.v1.MockAdminService');
    client.close();
  });

  test.each([false, true])('is TLS, with certificates of clients: %s', async (isMutual) => {
    const read = (name: string) => readFileSync(new URL(`tls/localhost.${name}`, import.meta.url));
    const [cert, key] = [read('crt'), read('key')];
    await using fixture = await MockFixture.start(
      { [ask]: [{ dir: 'out', text: 'secret' }] },
      { tls: { cert, key, ...(isMutual && { ca: cert }) } },
    );
    const connect = (...pair: Buffer[]) =>
      createAsyncClient(
        registry.getService(service) as never,
        `localhost:${fixture.mock.port}`,
        credentials.createSsl(cert, ...pair),
        { 'grpc.enable_retries': 0 },
      ) as unknown as AnyClient;
    const known = connect(key, cert);
    expect(await known.ask({})).toMatchObject(content('secret'));
    known.close();
    if (!isMutual) return;
    const stranger = connect();
    expect(await failure(stranger.ask({}, { deadline: Date.now() + 5_000 }))).toMatchObject({
      code: expect.toBeOneOf([status.UNAVAILABLE, status.DEADLINE_EXCEEDED]),
    });
    stranger.close();
  });

  test('refuses scenarios that cannot be used, with all their problems', async () => {
    const start = createMockServer({
      proto: registry,
      scenarios: { [ask]: [{ dir: 'up' }], [watch]: 'nonsense' },
    });
    const error = await start.then(
      () => undefined,
      (problem) => problem,
    );
    expect(error).toBeInstanceOf(ScenarioError);
    expect(error.problems.map(({ file }: { file: string }) => file)).toEqual([ask, watch]);
  });

  test('keeps its old scenarios where new ones cannot be used', async () => {
    await using fixture = await MockFixture.start({ [ask]: [{ dir: 'out', text: 'old' }] });
    const client = fixture.client(service);
    expect(() =>
      fixture.mock.replaceScenarios([{ file: `${ask}.jsonl`, text: '{"dir":"out","text":{"nope":1}}' }]),
    ).toThrow(ScenarioError);
    expect(await client.ask({})).toMatchObject(content('old'));
    fixture.mock.replaceScenarios([{ file: `${ask}.jsonl`, text: '{"dir":"out","text":"new"}' }]);
    expect(await client.ask({})).toMatchObject(content('new'));
  });
});
