import { randomUUID } from 'node:crypto';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { status } from '@grpc/grpc-js';
import type { ServiceHandlers } from '@streamlings/grpc';
import type { ChatService, JoinChatResponseSchema } from '@streamlings/proto/streamlings/chat/v1/chat';
import type { createOutbox } from './outbox.ts';
import type { Member, Rooms } from './rooms.ts';

/** What the sessions are made of. */
export interface Parts {
  rooms: Rooms;
  createOutbox: typeof createOutbox;
}

/** Answers `JoinChat` and `SendMessage`. */
export function handlers(
  parts: Parts,
): Pick<ServiceHandlers<typeof ChatService>, 'joinChat' | 'sendMessage'> {
  const { rooms, createOutbox } = parts;
  const sessions = new Map<string, Member>();
  return {
    joinChat: (call) => {
      const { room, user } = call.request;
      if (room === '' || user === '') {
        call.emit('error', { code: status.INVALID_ARGUMENT, details: 'no room, or no user' });
        return;
      }
      // Whoever has the session speaks for its member, so nobody may be able to guess it.
      const sessionId = randomUUID();
      const leave = () => {
        const member = sessions.get(sessionId);
        sessions.delete(sessionId);
        member?.leave();
      };
      const outbox = createOutbox<MessageInitShape<typeof JoinChatResponseSchema>>(call, () => {
        // Not within `send`, as in `chat.ts`.
        queueMicrotask(() => {
          leave();
          outbox.end({ code: status.RESOURCE_EXHAUSTED, details: 'you read too slowly' });
        });
      });
      call.on('cancelled', leave);
      outbox.send({ event: { case: 'sessionId', value: sessionId } });
      const member = rooms.enter(room, `${user} (guest)`, (value) => {
        outbox.send({ event: { case: 'message', value } });
      });
      sessions.set(sessionId, member);
    },
    sendMessage: ({ request: { sessionId, content } }, callback) => {
      const member = sessions.get(sessionId);
      if (content === '') callback({ code: status.INVALID_ARGUMENT, details: 'no content' });
      else if (!member) callback({ code: status.NOT_FOUND, details: 'there is no such session' });
      else {
        member.say(content);
        callback(null, {});
      }
    },
  };
}
