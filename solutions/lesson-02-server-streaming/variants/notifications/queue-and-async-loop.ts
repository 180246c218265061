import { once } from 'node:events';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { status } from '@grpc/grpc-js';
import type { BusEvent, World } from '@streamlings/grading';
import type { ServiceHandlers } from '@streamlings/grpc';
import {
  type NotificationService,
  type Severity,
  SubscriptionType,
} from '@streamlings/proto/streamlings/notification/v1/notification';

export const MAX_MESSAGE_BYTES = 64;

export function handlers(world: World): ServiceHandlers<typeof NotificationService> {
  return {
    subscribe: (call) => {
      const { topics, type, minSeverity } = call.request;
      const refuse = (code: status, details: string) => call.emit('error', { code, details });
      if (topics.length === 0 || topics.includes('')) {
        return refuse(status.INVALID_ARGUMENT, 'topics is empty or holds an empty topic');
      }
      if (type === SubscriptionType.UNSPECIFIED) return refuse(status.INVALID_ARGUMENT, 'type is not set');
      if (type !== SubscriptionType.REALTIME) return refuse(status.UNIMPLEMENTED, 'only REALTIME is offered');

      const over = new AbortController();
      const queue: BusEvent[] = [];
      let wake = (): void => {};
      const unsubscribe = world.bus.subscribe((event) => {
        if (topics.includes(event.topic) && event.level >= minSeverity) queue.push(event);
        wake();
      });
      call.on('cancelled', () => {
        unsubscribe();
        over.abort();
        wake();
      });
      const deliver = async (): Promise<void> => {
        while (!over.signal.aborted) {
          const event = queue.shift();
          if (!event) {
            await new Promise<void>((resolve) => {
              wake = resolve;
            });
            continue;
          }
          const { topic, text, level, timeMs } = event;
          for (const message of split(text)) {
            const timestamp = timestampFromMs(timeMs);
            const more = call.write({ topic, message, timestamp, severity: level as Severity });
            if (!more) await once(call, 'drain', { signal: over.signal });
          }
        }
      };
      deliver().catch(() => {});
    },
  };
}

function split(text: string): string[] {
  const parts = [''];
  for (const character of Array.from(text)) {
    const last = parts.length - 1;
    if (Buffer.byteLength(`${parts[last]}${character}`) > MAX_MESSAGE_BYTES) parts.push(character);
    else parts[last] += character;
  }
  return parts;
}
