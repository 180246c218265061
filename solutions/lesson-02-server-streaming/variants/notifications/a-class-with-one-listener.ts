import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { type ServerWritableStream, status } from '@grpc/grpc-js';
import type { BusEvent, World } from '@streamlings/grading';
import type { ResponseInit, ServiceHandlers } from '@streamlings/grpc';
import {
  type NotificationService,
  type Severity,
  type SubscribeRequest,
  SubscriptionType,
} from '@streamlings/proto/streamlings/notification/v1/notification';

export const MAX_MESSAGE_BYTES = 64;

type Call = ServerWritableStream<SubscribeRequest, ResponseInit<typeof NotificationService, 'subscribe'>>;

class Hub {
  readonly #calls: Set<Call> = new Set();

  constructor(world: World) {
    world.bus.subscribe((event) => this.#pass(event));
  }

  join(call: Call): void {
    this.#calls.add(call);
    call.on('cancelled', () => this.#calls.delete(call));
  }

  #pass({ topic, text, level, timeMs }: BusEvent): void {
    for (const call of this.#calls) {
      const { topics, minSeverity } = call.request;
      if (!topics.some((each) => each === topic) || level < minSeverity) continue;
      for (const message of split(text)) {
        const timestamp = timestampFromDate(new Date(timeMs));
        call.write({ topic, message, severity: level as Severity, timestamp });
      }
    }
  }
}

function refusalOf({ topics, type }: SubscribeRequest): { code: status; details: string } | undefined {
  if (topics.length === 0) return { code: status.INVALID_ARGUMENT, details: 'topics is empty' };
  if (topics.some((topic) => topic === ''))
    return { code: status.INVALID_ARGUMENT, details: 'a topic is empty' };
  switch (type) {
    case SubscriptionType.UNSPECIFIED:
      return { code: status.INVALID_ARGUMENT, details: 'type is not set' };
    case SubscriptionType.REALTIME:
      return undefined;
    default:
      return { code: status.UNIMPLEMENTED, details: 'only REALTIME is offered' };
  }
}

export function handlers(world: World): ServiceHandlers<typeof NotificationService> {
  const hub = new Hub(world);
  return {
    subscribe: (call) => {
      const refusal = refusalOf(call.request);
      if (refusal) call.emit('error', Object.assign(new Error(refusal.details), refusal));
      else hub.join(call);
    },
  };
}

function split(text: string): string[] {
  const encoder = new TextEncoder();
  const buffer = new Uint8Array(MAX_MESSAGE_BYTES);
  const parts: string[] = [];
  let rest = text;
  do {
    const { read } = encoder.encodeInto(rest, buffer);
    parts.push(rest.slice(0, read));
    rest = rest.slice(read);
  } while (rest !== '');
  return parts;
}
