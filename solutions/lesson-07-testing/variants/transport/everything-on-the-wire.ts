import { randomBytes } from 'node:crypto';
import http2 from 'node:http2';
import type { AddressInfo } from 'node:net';
import { Code, ConnectError, type ConnectRouter, createClient } from '@connectrpc/connect';
import { connectNodeAdapter, createGrpcTransport, Http2SessionManager } from '@connectrpc/connect-node';
import { createWorld, type World } from '@streamlings/grading/world';
import { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

export interface Subject {
  routes(world: World): (router: ConnectRouter) => void;
}

/** No memory at all: slower, and the truth about everything. */
export function suite({ routes }: Subject): void {
  describe('routes', () => {
    let here: Awaited<ReturnType<typeof start>>;
    beforeEach(async () => {
      here = await start(routes);
    });
    afterEach(() => here.stop());

    test('unary', async () => {
      expect((await here.client.unaryCall({ content: 'x' })).content).toBe('Async echo: x');
      const code = await here.client.unaryCall({}).then(
        () => 0,
        (error: unknown) => ConnectError.from(error).code,
      );
      expect(code).toBe(Code.InvalidArgument);
    });

    test('stream', async () => {
      const contents: string[] = [];
      for await (const { content } of here.client.serverStreaming({ topic: 't' })) contents.push(content);
      expect(contents).toHaveLength(5);
      expect(contents.at(-1)).toBe('Async message 5 about t');
    });

    test('first message, and goodbye', async () => {
      const { client, controls, settle } = here;
      controls.source.script({ gated: true });
      controls.source.release();
      const leaving = new AbortController();
      const read = async () => {
        for await (const { content } of client.serverStreaming({ topic: 't' }, { signal: leaving.signal })) {
          expect(content).toBe('Async message 1 about t');
          leaving.abort();
        }
      };
      await expect(read()).rejects.toThrow(ConnectError);
      await settle(10);
      expect(controls.source.open).toBe(0);
    });

    test('a reader that stops', async () => {
      const { client, controls, settle } = here;
      const topic = randomBytes(8000).toString('hex');
      const messages = client.serverStreaming({ topic, maxMessages: 2000 })[Symbol.asyncIterator]();
      await messages.next();
      await settle(200);
      expect(controls.source.yielded).toBeLessThan(80);
    });

    test('an upload and its end', async () => {
      const { client, controls } = here;
      async function* notes(...contents: string[]) {
        for (const content of contents) yield { content, sender: 'bob' };
      }
      const { status } = await client.clientStreaming(notes('a', 'END'));
      expect(status).toBe('Processed 1 messages, total length: 1');
      expect(controls.store.entries.has('bob/a')).toBe(true);
      await expect(client.clientStreaming(notes('b'))).rejects.toThrow(/^\[aborted\]/);
      expect(controls.store.entries.size).toBe(1);
    });

    test('an upload and its loss', async () => {
      const { client, controls, settle } = here;
      async function* notes() {
        yield { content: 'a', sender: 'bob' };
        throw new Error('the disk of the client is broken');
      }
      await expect(client.clientStreaming(notes())).rejects.toThrow(/disk/);
      await settle(20);
      expect(controls.store.puts).toBe(0);
    });
  });
}

async function start(routes: Subject['routes']) {
  const { world, controls } = createWorld();
  const server = http2.createServer(connectNodeAdapter({ routes: routes(world) }));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const sessionManager = new Http2SessionManager(baseUrl);
  const client = createClient(StreamingService, createGrpcTransport({ baseUrl, sessionManager }));
  const settle = async (rounds: number) => {
    for (let round = 0; round < rounds; round++) await client.unaryCall({ content: 'settle' });
  };
  const stop = async () => {
    sessionManager.abort();
    await new Promise((resolve) => server.close(resolve));
  };
  return { client, controls, settle, stop };
}
