import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect as connectHttp2, createSecureServer, type ServerHttp2Stream } from 'node:http2';
import { connect, createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { createTap } from '../src/index.ts';
import { data, message, preface, request, response, settings, settingsAck } from './http2-session.ts';
import { collect, listen, nextSocket, TappedSockets } from './tapped-sockets.ts';

const [cert, key] = ['localhost.crt', 'localhost.key'].map((name) =>
  readFileSync(new URL(`tls/${name}`, import.meta.url)),
);

describe('a tap forwards every byte unchanged', () => {
  const opening = Buffer.concat([preface, settings(), request(1)]);

  test.each([
    [
      'of HTTP/2',
      Buffer.concat([opening, ...Array.from({ length: 500 }, () => data(1, message(randomBytes(3000))))]),
    ],
    ['of HTTP/2 that breaks off', Buffer.concat([opening, Buffer.of(0, 0, 50, 0, 0)])],
    ['of HTTP/2 that turns to garbage', Buffer.concat([opening, randomBytes(1e6)])],
    ['of something else', randomBytes(3e6)],
  ])('%s', async (_, bytes) => {
    await using sockets = await TappedSockets.open();
    sockets.client.end(bytes);
    expect((await collect(sockets.server)).equals(bytes)).toBe(true);
    sockets.server.end(bytes);
    expect((await collect(sockets.client)).equals(bytes)).toBe(true);
  });
});

describe('a tap', () => {
  test('hands on the end of one direction while the other goes on', async () => {
    await using sockets = await TappedSockets.open();
    sockets.client.end('question');
    expect(String(await collect(sockets.server))).toBe('question');
    sockets.server.end('answer');
    expect(String(await collect(sockets.client))).toBe('answer');
  });

  test('makes a sender wait that the other side does not read from', async () => {
    await using sockets = await TappedSockets.open();
    const bytes = randomBytes(64 * 1024 * 1024);
    expect(sockets.client.write(bytes)).toBe(false);
    sockets.client.end();
    const drained = once(sockets.client, 'drain').then(() => 'drained');
    // One round trip of the event loop through all four sockets, a hundred times over.
    for (let turn = 0; turn < 1000; turn++) await new Promise(setImmediate);
    expect(await Promise.race([drained, 'waiting'])).toBe('waiting');
    expect((await collect(sockets.server)).equals(bytes)).toBe(true);
  });

  test('hands on a connection that is reset', async () => {
    await using sockets = await TappedSockets.open();
    sockets.client.write('x');
    await once(sockets.server, 'data');
    sockets.server.resetAndDestroy();
    const [error] = await once(sockets.client, 'error');
    expect(error.code).toBe('ECONNRESET');
    expect(sockets.tap.timeline().connections).toMatchObject([
      { error: 'ECONNRESET', closedMs: expect.any(Number) },
    ]);
  });

  test('breaks a connection off that it cannot hand on', async () => {
    const listener = createServer();
    const port = await listen(listener);
    listener.close();
    await once(listener, 'close');
    await using tap = await createTap({ target: { host: '127.0.0.1', port } });
    const client = connect(Number(tap.address.split(':')[1]), '127.0.0.1');
    await once(client, 'error');
    expect(tap.timeline().connections).toMatchObject([{ error: 'ECONNREFUSED' }]);
  });

  test('counts the bytes of both directions', async () => {
    await using sockets = await TappedSockets.open();
    const sent = Buffer.concat([preface, settings(), settingsAck, request(1)]);
    const answered = Buffer.concat([settings(), response(1)]);
    sockets.client.end(sent);
    await collect(sockets.server);
    sockets.server.end(answered);
    await collect(sockets.client);
    expect(sockets.tap.timeline().connections).toMatchObject([
      { bytes: { client: sent.length, server: answered.length } },
    ]);
  });

  test('breaks connections off and listens no more once it is closed', async () => {
    await using sockets = await TappedSockets.open();
    const failed = Promise.all([once(sockets.client, 'error'), once(sockets.server, 'error')]);
    await sockets.tap.close();
    await failed;
    const late = connect(Number(sockets.tap.address.split(':')[1]), '127.0.0.1');
    const [error] = await once(late, 'error');
    expect(error.code).toBe('ECONNREFUSED');
  });

  test.each(['client', 'server'] as const)(
    'lets both sockets go that are dropped just when the %s ends',
    async (from) => {
      await using sockets = await TappedSockets.open();
      const closed = Promise.all(Object.values(sockets.inner).map((socket) => once(socket, 'close')));
      // The tap itself was told first: the other socket has begun to end, and its FIN is under way.
      sockets.inner[from].once('end', () => sockets.tap.faults.drop());
      sockets[from].on('error', () => {}).end();
      await closed;
      expect(sockets.tap.timeline().connections).toMatchObject([
        { error: 'dropped by the tap', closedMs: expect.any(Number) },
      ]);
    },
  );

  test('gives up a socket that still connects', async () => {
    const listener = createServer();
    await using tap = await createTap({ target: { host: '127.0.0.1', port: await listen(listener) } });
    const client = connect(Number(tap.address.split(':')[1]), '127.0.0.1').on('error', () => {});
    const connecting = await nextSocket('client');
    expect(connecting.connecting).toBe(true);
    tap.faults.drop();
    expect(connecting.destroyed).toBe(true);
    client.destroy();
    listener.close();
  });

  test('waits for no TLS handshake once it is closed', async () => {
    const target = { host: '127.0.0.1', port: 1 };
    const tap = await createTap({ target, tls: { server: { cert, key } } });
    const client = connect(Number(tap.address.split(':')[1]), '127.0.0.1').on('error', () => {});
    await nextSocket('server');
    await tap.close();
    client.destroy();
  });

  test('goes on when whoever watches it throws', async () => {
    const thrown = Promise.withResolvers<unknown>();
    const others = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException').once('uncaughtException', thrown.resolve);
    let isFirst = true;
    const onEvent = () => {
      if (isFirst) throw new Error('from a listener');
      isFirst = false;
    };
    await using sockets = await TappedSockets.open({ onEvent });
    expect(await thrown.promise).toMatchObject({ message: 'from a listener' });
    isFirst = false;
    for (const listener of others) process.on('uncaughtException', listener);
    sockets.client.end('x');
    expect(String(await collect(sockets.server))).toBe('x');
  });

  test('decodes TLS with certificates for both sides', async () => {
    const server = createSecureServer({ cert, key }).on('stream', (stream: ServerHttp2Stream) => {
      stream.respond({ ':status': 200 });
      stream.end('secret');
    });
    const target = { host: 'localhost', port: await listen(server) };
    await using tap = await createTap({ target, tls: { server: { cert, key }, client: { ca: cert } } });
    const client = connectHttp2(`https://localhost:${tap.address.split(':')[1]}`, { ca: cert });
    const call = client.request({ ':path': '/x' });
    expect(String(await collect(call))).toBe('secret');
    client.close();
    server.close();
    const { streams, problems } = tap.timeline();
    expect([streams[0]?.path, streams[0]?.bytes.server, problems]).toEqual(['/x', 6, []]);
  });
});
