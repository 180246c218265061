import { PassThrough } from 'node:stream';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { status } from '@grpc/grpc-js';
import type { World } from '@streamlings/grading';
import type { ServiceHandlers } from '@streamlings/grpc';
import { type ChatMessage, type ChatService, MessageType } from '@streamlings/proto/streamlings/chat/v1/chat';
import type { createGate } from '../../steps/02/src/gate.ts';
import type { createOutbox } from '../../steps/02/src/outbox.ts';
import type { Member, Rooms } from '../../steps/02/src/rooms.ts';

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
    chat: async (call) => {
      // A loop over the call itself would be ended by a status, and would destroy the call before the status is out. This
      // one runs over a stream of its own, which is ended by whatever ends the call.
      const received = new PassThrough({ objectMode: true });
      call.pipe(received);
      let leave = () => {};
      let failure: { code: status; details: string } | undefined;
      const refuse = (code: status, details: string) => {
        failure = { code, details };
        call.unpipe(received);
        received.destroy();
        call.resume();
        leave();
        outbox.end(failure);
      };
      const outbox = createOutbox(call, () =>
        queueMicrotask(() => refuse(status.RESOURCE_EXHAUSTED, 'you read too slowly')),
      );
      const reply = (content: string) => {
        const sentAt = timestampFromMs(world.clock.now());
        outbox.send({ user: 'system', type: MessageType.SYSTEM, content, sentAt });
      };
      const pass = createGate(world, rooms, { reply, refuse });
      call.once('close', () => received.destroy());
      call.once('cancelled', () => received.destroy());
      reply('Welcome to chat!');
      let member: Member | undefined;
      try {
        for await (const each of received as AsyncIterable<ChatMessage>) {
          const message = await pass(each);
          if (received.destroyed) break;
          if (!message) continue;
          const { type, room, user, content } = message;
          if (type === MessageType.LEAVE) break;
          if (type === MessageType.TEXT && member) member.say(content);
          else if (type === MessageType.TEXT) refuse(status.FAILED_PRECONDITION, 'you are in no room');
          else if (type === MessageType.JOIN && room !== '' && user !== '') {
            leave();
            const entered = rooms.enter(room, user, outbox.send);
            let isHere = true;
            member = entered;
            leave = () => {
              if (isHere) entered.leave();
              isHere = false;
            };
          } else refuse(status.INVALID_ARGUMENT, 'that is nothing a client may send');
        }
      } catch {
        // The stream was destroyed, and whoever did that has said why.
      } finally {
        leave();
        outbox.end();
      }
    },
  };
}
