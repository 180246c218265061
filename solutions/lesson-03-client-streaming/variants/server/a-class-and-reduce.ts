import { status } from '@grpc/grpc-js';
import type { World } from '@streamlings/grading';
import type { ServiceHandler, ServiceHandlers } from '@streamlings/grpc';
import type { Message, StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';

export interface Skipped {
  position: number;
  reason: 'empty' | 'duplicate';
}

type Totals = { position: number; count: number; length: number };

class Keeper {
  readonly #world: World;
  readonly #report: (skipped: Skipped) => void;

  constructor(world: World, report: (skipped: Skipped) => void) {
    this.#world = world;
    this.#report = report;
  }

  clientStreaming: ServiceHandler<typeof StreamingService, 'clientStreaming'> = async (call, callback) => {
    try {
      // The declaration of `reduce` knows no reducer that returns a promise; the method awaits it.
      const add = (totals: Totals, message: Message) => this.#add(totals, message) as unknown as Totals;
      const { count, length } = await call.reduce(add, { position: 0, count: 0, length: 0 });
      callback(null, summary(count, length));
    } catch {
      callback({ code: status.INTERNAL, details: 'the messages cannot be kept' });
    }
  };

  async #add(totals: Totals, { content, sender }: Message) {
    const position = totals.position + 1;
    const skip = (reason: Skipped['reason']) => {
      this.#report({ position, reason });
      return { ...totals, position };
    };
    if (content === '') return skip('empty');
    try {
      await this.#world.store.put(`${sender}/${content}`, content);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return skip('duplicate');
      throw error;
    }
    return { position, count: totals.count + 1, length: totals.length + content.length };
  }
}

export function handlers(
  world: World,
  report: (skipped: Skipped) => void,
): Pick<ServiceHandlers<typeof StreamingService>, 'clientStreaming'> {
  return new Keeper(world, report);
}

function summary(count: number, length: number) {
  return { messagesProcessed: count, status: `Processed ${count} messages, total length: ${length}` };
}
