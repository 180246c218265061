// misconception: L2-12
// fails: refuses what makes no sense, and the room hears that its sender has left
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
    chat: (call) => {
      let member: Member | undefined;
      let isOver = false;
      let work = Promise.resolve();
      const leave = () => {
        const leaving = member;
        member = undefined;
        leaving?.leave();
      };
      const end = () => {
        isOver = true;
        leave();
        outbox.end();
      };
      const refuse = (code: status, details: string) => {
        outbox.end({ code, details });
      };
      const outbox = createOutbox(call, () =>
        queueMicrotask(() => refuse(status.RESOURCE_EXHAUSTED, 'you read too slowly')),
      );
      const reply = (content: string) => {
        const sentAt = timestampFromMs(world.clock.now());
        outbox.send({ user: 'system', type: MessageType.SYSTEM, content, sentAt });
      };
      const pass = createGate(world, rooms, { reply, refuse });
      const handle = async (received: ChatMessage) => {
        const message = isOver ? undefined : await pass(received);
        if (isOver || !message) return;
        const { type, room, user, content } = message;
        if (type === MessageType.JOIN && room !== '' && user !== '') {
          leave();
          member = rooms.enter(room, user, outbox.send);
        } else if (type === MessageType.TEXT && !member) {
          refuse(status.FAILED_PRECONDITION, 'you are in no room');
        } else if (type === MessageType.TEXT) member?.say(content);
        else if (type === MessageType.LEAVE) end();
        else refuse(status.INVALID_ARGUMENT, 'send TEXT, LEAVE, or JOIN with a room and a user');
      };
      call.on('data', (received) => {
        call.pause();
        work = work
          .then(() => handle(received))
          .catch(() => refuse(status.INTERNAL, 'the server failed'))
          .finally(() => setImmediate(() => call.resume()));
      });
      call.on('end', () => {
        work = work.then(end);
      });
      call.on('cancelled', () => {
        isOver = true;
        leave();
      });
      reply('Welcome to chat!');
    },
  };
}
