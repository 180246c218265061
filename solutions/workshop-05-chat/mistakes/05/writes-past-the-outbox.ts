// misconception: L4-10
// fails: sends a guest away that stands still, with its session
import { randomUUID } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import type { ServiceHandlers } from '@streamlings/grpc';
import type { ChatService } from '@streamlings/proto/streamlings/chat/v1/chat';
import type { createOutbox } from '../../steps/05/src/outbox.ts';
import type { Member, Rooms } from '../../steps/05/src/rooms.ts';

/** What the sessions are made of. */
export interface Parts {
  rooms: Rooms;
  createOutbox: typeof createOutbox;
}

/** Answers `JoinChat` and `SendMessage`. */
export function handlers(
  parts: Parts,
): Pick<ServiceHandlers<typeof ChatService>, 'joinChat' | 'sendMessage'> {
  const { rooms } = parts;
  const sessions = new Map<string, Member>();
  return {
    joinChat: (call) => {
      const { room, user } = call.request;
      if (room === '' || user === '') {
        call.emit('error', { code: status.INVALID_ARGUMENT, details: 'no room, or no user' });
        return;
      }
      const sessionId = randomUUID();
      let isOver = false;
      const leave = () => {
        isOver = true;
        const member = sessions.get(sessionId);
        sessions.delete(sessionId);
        member?.leave();
      };
      call.on('cancelled', leave);
      call.write({ event: { case: 'sessionId', value: sessionId } });
      const member = rooms.enter(room, `${user} (guest)`, (value) => {
        call.write({ event: { case: 'message', value } });
      });
      sessions.set(sessionId, member);
      if (isOver) leave();
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
