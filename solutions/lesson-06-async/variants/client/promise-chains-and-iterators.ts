import type { MessageInitShape } from '@bufbuild/protobuf';
import { type Client, createClient } from '@connectrpc/connect';
import { createWritableIterable } from '@connectrpc/connect/protocol';
import { createGrpcTransport, Http2SessionManager } from '@connectrpc/connect-node';
import type { World } from '@streamlings/grading';
import {
  type Message,
  type MessageSchema,
  StreamingService,
} from '@streamlings/proto/streamlings/streaming/v1/streaming';

export interface Dialed {
  client: Client<typeof StreamingService>;
  close(): void;
}

export function dial(address: string): Dialed {
  const sessionManager = new Http2SessionManager(`http://${address}`);
  const transport = createGrpcTransport({ baseUrl: `http://${address}`, sessionManager });
  return { client: createClient(StreamingService, transport), close: () => sessionManager.abort() };
}

/** Pulls by hand; the caller's signal aborts a controller of its own. */
export async function take(
  { client }: Dialed,
  topic: string,
  count: number,
  world: World,
  signal: AbortSignal,
): Promise<Message[]> {
  await world.store.put(topic, 'taken');
  const call = new AbortController();
  const abort = () => call.abort();
  signal.addEventListener('abort', abort);
  if (signal.aborted) abort();
  const messages: Message[] = [];
  const iterator = client.serverStreaming({ topic }, { signal: call.signal })[Symbol.asyncIterator]();
  const pull = (): Promise<Message[]> =>
    iterator.next().then(({ done, value }) => {
      if (!done) messages.push(value);
      return done || messages.length === count ? messages : pull();
    });
  return pull()
    .catch((error) => {
      if (signal.aborted) return messages;
      throw error;
    })
    .finally(() => {
      signal.removeEventListener('abort', abort);
      abort();
    });
}

/** A set of running calls; the timeout is a signal. */
export async function gather(
  { client }: Dialed,
  topics: string[],
  { limit, timeoutMs }: { limit: number; timeoutMs: number },
): Promise<Message[][]> {
  const failed = new AbortController();
  const signal = AbortSignal.any([failed.signal, AbortSignal.timeout(timeoutMs)]);
  const running = new Set<Promise<unknown>>();
  const results: Array<Promise<Message[]>> = [];
  try {
    for (const topic of topics) {
      if (running.size >= limit) await Promise.race(running);
      const result = Array.fromAsync(client.serverStreaming({ topic }, { signal }));
      result.catch(() => {});
      results.push(result);
      const done = result.finally(() => running.delete(done));
      done.catch(() => {});
      running.add(done);
    }
    return await Promise.all(results);
  } catch (error) {
    failed.abort();
    await Promise.allSettled(results);
    throw error;
  }
}

/** Two loops with names: one fills the requests, one reads the replies, and whichever ends stops the other. */
export async function converse({ client }: Dialed, topic: string, world: World): Promise<string[]> {
  const stop = new AbortController();
  const requests = createWritableIterable<MessageInitShape<typeof MessageSchema>>();
  const replies: string[] = [];
  const send = async () => {
    for await (const { index } of world.source.open(topic, { signal: stop.signal })) {
      await requests.write({ content: `Item ${index} about ${topic}` });
    }
    requests.close();
  };
  const receive = async () => {
    const stream = client.bidirectionalStreaming(requests, { signal: stop.signal });
    for await (const { content } of stream) replies.push(content);
    stop.abort();
  };
  let failure: { error: unknown } | undefined;
  const run = (loop: Promise<void>) =>
    loop.catch((error: unknown) => {
      if (!stop.signal.aborted) failure ??= { error };
      stop.abort();
    });
  await Promise.all([run(receive()), run(send())]);
  if (failure) throw failure.error;
  return replies;
}
