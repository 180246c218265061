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
      // Aborted once, whichever way the conversation ends; each stay in a room ends with it, or before it.
      const over = new AbortController();
      let stay = new AbortController();
      let member: Member | undefined;
      const enter = (room: string, user: string) => {
        stay.abort();
        stay = new AbortController();
        const entered = rooms.enter(room, user, outbox.send);
        member = entered;
        AbortSignal.any([stay.signal, over.signal]).addEventListener('abort', () => entered.leave(), {
          once: true,
        });
      };
      const finish = (failure?: { code: status; details: string }) => {
        over.abort();
        outbox.end(failure);
      };
      const refuse = (code: status, details: string) => finish({ code, details });
      const outbox = createOutbox(call, () =>
        queueMicrotask(() => refuse(status.RESOURCE_EXHAUSTED, 'you read too slowly')),
      );
      const reply = (content: string) => {
        outbox.send({
          user: 'system',
          type: MessageType.SYSTEM,
          content,
          sentAt: timestampFromMs(world.clock.now()),
        });
      };
      const pass = createGate(world, rooms, { reply, refuse });
      const answer = async (received: ChatMessage): Promise<void> => {
        const message = await pass(received);
        if (!message || over.signal.aborted) return;
        switch (message.type) {
          case MessageType.JOIN:
            if (message.room && message.user) return enter(message.room, message.user);
            return refuse(status.INVALID_ARGUMENT, 'JOIN needs a room and a user');
          case MessageType.TEXT:
            if (member) return member.say(message.content);
            return refuse(status.FAILED_PRECONDITION, 'nobody would hear that');
          case MessageType.LEAVE:
            return finish();
          default:
            return refuse(status.INVALID_ARGUMENT, 'clients do not say that');
        }
      };
      reply('Welcome to chat!');
      call.on('cancelled', () => over.abort());
      let queue: Promise<unknown> = Promise.resolve();
      const then = (task: () => unknown) => {
        queue = queue.then(() => (over.signal.aborted ? undefined : task()));
        queue.catch(() => refuse(status.INTERNAL, 'something broke'));
      };
      call.on('data', (received) => then(() => answer(received)));
      call.on('end', () => then(() => finish()));
    },
  };
}
