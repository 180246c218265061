import { status } from '@grpc/grpc-js';
import {
  decodeRequest,
  encodeResponse,
  type GrpcHandler,
  type GrpcResponse,
  StatusError,
} from '../../src/index.ts';
import type { Clock } from '../clock.ts';
import { ChatEventSchema, ChatMessageSchema } from '../gen/chat/v1/chat_pb.ts';
import { Mailbox } from './mailbox.ts';

type Member = Mailbox<GrpcResponse>;

interface Room {
  readonly name: string;
  readonly members: Set<Member>;
  messageCount: number;
}

/** What {@link createChatHandler} needs. */
export interface ChatOptions {
  clock: Clock;
  /** How many messages may wait for one member before it is sent away. Default: 100. */
  maxWaiting?: number;
  /** Told when somebody came or went. */
  onMembers?(room: string, count: number): void;
}

/**
 * Creates the handler of `chat.v1.ChatService`. What a member says goes to all others of its room. Nobody waits for a
 * member that does not read: when too many messages wait for it, its call fails with RESOURCE_EXHAUSTED.
 */
export function createChatHandler({ clock, maxWaiting = 100, onMembers }: ChatOptions): GrpcHandler {
  const rooms = new Map<string, Room>();

  function enter(name: string, member: Member): Room {
    const room = rooms.get(name) ?? { name, members: new Set(), messageCount: 0 };
    rooms.set(name, room);
    room.members.add(member);
    onMembers?.(name, room.members.size);
    return room;
  }

  function leave(room: Room, member: Member): void {
    if (!room.members.delete(member)) return;
    if (room.members.size === 0) rooms.delete(room.name);
    onMembers?.(room.name, room.members.size);
  }

  function deliver(room: Room, to: readonly Member[], from: string, text: string): void {
    const { messageCount } = room;
    const timestampMs = BigInt(clock.now());
    const event = encodeResponse(ChatEventSchema, { from, text, messageCount, timestampMs });
    for (const member of to) {
      if (member.push(event)) continue;
      // Its generator stands at a `yield` that nobody reads: it learns the reason when that ends, the room now.
      member.fail(new StatusError(status.RESOURCE_EXHAUSTED, 'you read too slowly'));
      leave(room, member);
    }
  }

  return {
    async *handleBidiStream(requests, context) {
      const self: Member = new Mailbox(maxWaiting);
      const room = enter(String(context.metadata.room ?? 'lobby'), self);
      context.sendHeaders();

      const listen = async () => {
        for await (const request of requests) {
          const message = decodeRequest(ChatMessageSchema, request);
          const user = message.user || 'Anonymous';
          room.messageCount++;
          const others = [...room.members].filter((member) => member !== self);
          deliver(room, others, user, message.text);
          deliver(room, [self], 'Server', `Message received from ${user}: ${message.text}`);
        }
        self.end();
      };
      // Requests of a call that was cancelled throw: that wakes a member that waits for others to speak.
      listen().catch((error) => self.fail(error));

      try {
        yield* self;
      } finally {
        leave(room, self);
      }
    },
  };
}
