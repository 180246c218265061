import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { status } from '@grpc/grpc-js';
import type { World } from '@streamlings/grading';
import type { ServiceHandlers } from '@streamlings/grpc';
import { type ChatMessage, type ChatService, MessageType } from '@streamlings/proto/streamlings/chat/v1/chat';
import type { createGate } from './gate.ts';
import type { createOutbox } from './outbox.ts';
import type { Member, Rooms } from './rooms.ts';

/** What a conversation is made of; the other files of `src` make it. */
export interface Parts {
  world: World;
  rooms: Rooms;
  createOutbox: typeof createOutbox;
  createGate: typeof createGate;
}

/** Answers `Chat`. */
export function handlers(parts: Parts): Pick<ServiceHandlers<typeof ChatService>, 'chat'> {
  const { world, rooms, createOutbox, createGate } = parts;
  return {
    chat: (call) => {
      let member: Member | undefined;
      let work = Promise.resolve();
      // TODO: See to it that whoever goes has left, once: by LEAVE, with the half-close, cancelled, cut off, or refused.
      const refuse = (code: status, details: string) => outbox.end({ code, details });
      // Not within `send`: the room is in the middle of telling everybody something, and LEAVE comes behind it.
      const outbox = createOutbox(call, () =>
        queueMicrotask(() => refuse(status.RESOURCE_EXHAUSTED, 'you read too slowly')),
      );
      const reply = (content: string) => {
        const sentAt = timestampFromMs(world.clock.now());
        outbox.send({ user: 'system', type: MessageType.SYSTEM, content, sentAt });
      };
      const pass = createGate(world, rooms, { reply, refuse });
      const handle = async (received: ChatMessage) => {
        const message = await pass(received);
        if (!message) return;
        const { type, room, user, content } = message;
        // TODO: Go from room to room, and refuse what makes no sense.
        if (type === MessageType.JOIN) member = rooms.enter(room, user, outbox.send);
        if (type === MessageType.TEXT) member?.say(content);
        if (type === MessageType.LEAVE) {
          member?.leave();
          outbox.end();
        }
      };
      call.on('data', (received) => {
        // One message after the other, also where the gate has to look something up. Meanwhile the client has to wait, and
        // one turn longer: else whoever talks fast fills the outboxes of those who read before any socket gets its turn.
        call.pause();
        work = work
          .then(() => handle(received))
          .catch(() => refuse(status.INTERNAL, 'the server failed'))
          .finally(() => setImmediate(() => call.resume()));
      });
      // TODO: Begin the conversation as chat.proto says, and end it so, too.
    },
  };
}
