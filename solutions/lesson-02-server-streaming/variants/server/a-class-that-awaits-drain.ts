import { once } from 'node:events';
import { type ServerWritableStream, status } from '@grpc/grpc-js';
import type { World } from '@streamlings/grading';
import type { ResponseInit, ServiceHandlers } from '@streamlings/grpc';
import type { StreamingService, StreamRequest } from '@streamlings/proto/streamlings/streaming/v1/streaming';

export type Ending = 'completed' | 'failed' | 'aborted';

type Call = ServerWritableStream<StreamRequest, ResponseInit<typeof StreamingService, 'serverStreaming'>>;

class RequestError extends Error {
  readonly code = status.INVALID_ARGUMENT;
  get details(): string {
    return this.message;
  }
}

class TopicServer {
  readonly #world: World;
  readonly #report: (ending: Ending) => void;

  constructor(world: World, report: (ending: Ending) => void) {
    this.#world = world;
    this.#report = report;
  }

  serverStreaming(call: Call): void {
    const over = new AbortController();
    call.once('cancelled', () => over.abort());
    this.#send(call, over.signal)
      .then(() => {
        call.end();
        this.#report('completed');
      })
      .catch((error: unknown) => {
        if (error instanceof RequestError) return call.emit('error', error);
        if (over.signal.aborted) return this.#report('aborted');
        call.emit('error', toStatus(error));
        this.#report('failed');
      });
  }

  async #send(call: Call, signal: AbortSignal): Promise<void> {
    const { topic, maxMessages } = call.request;
    if (topic === '') throw new RequestError('topic is empty');
    if (maxMessages < 0) throw new RequestError('max_messages is negative');
    const items = this.#world.source.open(topic, { signal });
    try {
      for (let sent = 0; sent < (maxMessages || 10); sent++) {
        const { done, value } = await items.next();
        if (done) return;
        const timestamp = BigInt(this.#world.clock.now());
        const more = call.write({
          content: `Message ${value.index} for topic ${topic}`,
          timestamp,
          sender: 'server',
        });
        if (!more) await once(call, 'drain', { signal });
      }
    } finally {
      await items.return?.();
    }
  }
}

export function handlers(
  world: World,
  report: (ending: Ending) => void,
): Pick<ServiceHandlers<typeof StreamingService>, 'serverStreaming'> {
  const topics = new TopicServer(world, report);
  return { serverStreaming: (call) => topics.serverStreaming(call) };
}

function toStatus(error: unknown): { code: status; details: string } {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOENT':
      return { code: status.NOT_FOUND, details: 'there is no such topic' };
    case 'EACCES':
      return { code: status.PERMISSION_DENIED, details: 'the topic is not open to you' };
    default:
      return { code: status.INTERNAL, details: 'the messages cannot be read' };
  }
}
