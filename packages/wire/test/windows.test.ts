import { once } from 'node:events';
import {
  connect,
  createServer,
  type Http2Session,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { writeWindowUpdate } from '../src/http2/frame-bytes.ts';
import { createTap, type TimelineEvent } from '../src/index.ts';
import {
  DecodedSession,
  data,
  headers,
  message,
  request,
  response,
  settings,
  settingsAck,
} from './http2-session.ts';
import { watchFor } from './streaming-server.ts';

const isStall = (cause: string) => (event: TimelineEvent) =>
  event.kind === 'stall' && event.stall.cause === cause && event.stall.endedMs === undefined;

/** Both directions have been worked off up to now, on both ends. */
async function settle(...sessions: Http2Session[]): Promise<void> {
  for (const session of sessions) {
    const answered = Promise.withResolvers<void>();
    session.ping(() => answered.resolve());
    await answered.promise;
  }
}

test('windows are the ones that node:http2 keeps on both ends', async () => {
  const size = 300_000;
  const server = createServer().on('stream', (stream: ServerHttp2Stream) => stream.end(Buffer.alloc(size)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const opened = once(server, 'session') as Promise<[ServerHttp2Session]>;
  const connectionStall = watchFor(isStall('connection-window'));
  const streamStall = watchFor(isStall('stream-window'));
  const onEvent = (event: TimelineEvent) => {
    connectionStall.onEvent(event);
    streamStall.onEvent(event);
  };
  await using tap = await createTap({
    target: { host: '127.0.0.1', port: (server.address() as AddressInfo).port },
    onEvent,
  });
  const client = connect(`http://${tap.address}`, { settings: { initialWindowSize: 100_000 } });
  const call = client.request({ ':path': '/' });
  const [session] = await opened;

  await connectionStall.seen;
  expect(session.state.remoteWindowSize).toBe(0);
  expect(tap.timeline()).toMatchObject({
    connections: [{ windows: { server: 0 } }],
    streams: [{ windows: { server: 34_465 } }],
  });

  client.setLocalWindowSize(200_000);
  await streamStall.seen;
  await settle(client, session);
  const { effectiveLocalWindowSize = 0, effectiveRecvDataLength = 0 } = client.state;
  const stalled = tap.timeline();
  expect(stalled.streams).toMatchObject([{ bytes: { server: 100_000 }, windows: { server: 0 } }]);
  expect(stalled.connections).toMatchObject([{ windows: { server: session.state.remoteWindowSize } }]);
  expect(stalled.connections).toMatchObject([
    { windows: { server: effectiveLocalWindowSize - effectiveRecvDataLength } },
  ]);

  let received = 0;
  for await (const chunk of call) received += chunk.length;
  await settle(client, session);
  expect(received).toBe(size);
  const finished = tap.timeline();
  expect(finished.streams).toMatchObject([{ bytes: { server: size } }]);
  expect(finished.connections).toMatchObject([{ windows: { server: session.state.remoteWindowSize } }]);
  client.close();
  server.close();
});

describe('windows', () => {
  test('of a sender change with the settings that it acknowledges, for open and for new streams', () => {
    const session = new DecodedSession().open().push('client', request(1), data(1, Buffer.alloc(1000)));
    session.push('server', settings([4, 500]));
    expect(session.timeline.streams).toMatchObject([{ windows: { client: 64_535, server: 65_535 } }]);
    session.push('client', settingsAck, request(3));
    const { streams, frames } = session.timeline;
    expect(streams).toMatchObject([
      { windows: { client: -500 } },
      { initialWindows: { client: 500, server: 65_535 } },
    ]);
    expect(frames.at(-2)).toMatchObject({ flags: ['ACK'], initialWindow: { was: 65_535, is: 500 } });
  });

  test('grow by WINDOW_UPDATE of the other side, for the stream and for the connection apart', () => {
    const session = new DecodedSession().open().push('client', request(1), data(1, Buffer.alloc(100)));
    session.push('server', writeWindowUpdate(1, 30), writeWindowUpdate(0, 50));
    expect(session.timeline.frames.slice(-2)).toMatchObject([
      { increment: 30, windows: { stream: 65_465 } },
      { increment: 50, windows: { connection: 65_485 } },
    ]);
    expect(session.timeline.streams).toMatchObject([{ windows: { client: 65_465 } }]);
  });
});

describe('a stall', () => {
  /** Sends just so many bytes of one long message. */
  const fill = (stream: number, bytes: number) =>
    data(stream, Buffer.concat([message(Buffer.alloc(1e6))]).subarray(0, bytes));
  const small = () =>
    new DecodedSession()
      .open()
      .push('server', settings([4, 1000]))
      .push('client', settingsAck, request(1));

  test('names the stream window, since when and whether a message is cut', () => {
    const session = small().push('client', fill(1, 1000));
    expect(session.timeline.stalls[0]).toEqual({
      connection: 1,
      stream: 1,
      sender: 'client',
      cause: 'stream-window',
      atMs: session.timeline.frames.at(-1)?.atMs,
      bytes: 1000,
      midMessage: true,
    });
  });

  test('ends with the WINDOW_UPDATE that opens the window', () => {
    const session = small().push('client', fill(1, 1000)).push('server', writeWindowUpdate(0, 10));
    expect(session.timeline.stalls[0]).not.toHaveProperty('endedMs');
    session.push('server', writeWindowUpdate(1, 10));
    expect(session.timeline.stalls[0]).toMatchObject({ endedMs: session.timeline.frames.at(-1)?.atMs });
  });

  test('names the connection window where that is the narrower one', () => {
    const session = new DecodedSession()
      .open()
      .push('server', settings([4, 100_000]))
      .push('client', settingsAck, request(1));
    for (let frame = 0; frame < 5; frame++) session.push('client', data(1, Buffer.alloc(13_107)));
    expect(session.timeline.stalls).toMatchObject([
      { cause: 'connection-window', sender: 'client', stream: 1 },
      { sender: 'server' },
    ]);
    session.push('server', writeWindowUpdate(0, 1));
    expect(session.timeline.stalls[0]).toHaveProperty('endedMs');
  });

  test('is the application where both windows are open', () => {
    const session = new DecodedSession()
      .open()
      .push('client', request(1), data(1, message(Buffer.alloc(3)), true));
    session.push('server', response(1), data(1, message(Buffer.alloc(3))));
    expect(session.timeline.stalls).toMatchObject([
      {
        cause: 'application',
        sender: 'server',
        atMs: session.timeline.frames.at(-1)?.atMs,
        bytes: 8,
        midMessage: false,
      },
    ]);
  });

  test('does not begin where the last byte just fits', () => {
    const session = small().push('client', data(1, Buffer.alloc(1000), true));
    expect(session.timeline.stalls).toMatchObject([{ cause: 'application', sender: 'server' }]);
  });

  test('of the connection holds others up where the stream that used it up has ended', () => {
    const session = new DecodedSession().open().push('client', request(1), request(3));
    for (let frame = 0; frame < 5; frame++)
      session.push('client', data(1, Buffer.alloc(13_107), frame === 4));
    const client = session.timeline.stalls.filter(({ sender }) => sender === 'client');
    expect(client).toMatchObject([{ cause: 'connection-window' }]);
  });

  test('ends with its stream', () => {
    const session = small()
      .push('client', fill(1, 1000))
      .push('server', headers(1, { ':status': '200', 'grpc-status': '8' }, true));
    session.push('client', data(1, Buffer.alloc(0), true));
    expect(session.timeline.stalls).toMatchObject([{ cause: 'stream-window', endedMs: expect.any(Number) }]);
  });
});
