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

interface Room {
  readonly members: Set<Mailbox<GrpcResponse>>;
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

  function enter(name: string, member: Mailbox<GrpcResponse>): Room {
    const room = rooms.get(name) ?? { members: new Set(), messageCount: 0 };
    rooms.set(name, room);
    room.members.add(member);
    onMembers?.(name, room.members.size);
    return room;
  }

  function leave(name: string, room: Room, member: Mailbox<GrpcResponse>): void {
    room.members.delete(member);
    if (room.members.size === 0) rooms.delete(name);
    onMembers?.(name, room.members.size);
  }

  function deliver(room: Room, to: Iterable<Mailbox<GrpcResponse>>, from: string, text: string): void {
    const { messageCount } = room;
    const event = encodeResponse(ChatEventSchema, {
      from,
      text,
      messageCount,
      timestampMs: BigInt(clock.now()),
    });
    for (const member of to) {
      if (!member.push(event)) member.fail(new StatusError(status.RESOURCE_EXHAUSTED, 'you read too slowly'));
    }
  }

  return {
    async *handleBidiStream(requests, context) {
      const roomName = String(context.metadata.room ?? 'lobby');
      const self = new Mailbox<GrpcResponse>(maxWaiting);
      const room = enter(roomName, self);
      // A member that waits for others to speak is woken by the end of its own call.
      context.signal.addEventListener('abort', () => self.fail(context.signal.reason));
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
      listen().catch((error) => self.fail(error));

      try {
        yield* self;
      } finally {
        leave(roomName, room, self);
      }
    },
  };
}
