import { status } from '@grpc/grpc-js';
import type { ServiceHandlers } from '@streamlings/grpc';
import type { ChatService } from '@streamlings/proto/streamlings/chat/v1/chat';
import type { createOutbox } from './outbox.ts';
import type { Rooms } from './rooms.ts';

/** What the sessions are made of. */
export interface Parts {
  rooms: Rooms;
  createOutbox: typeof createOutbox;
}

/** Answers `JoinChat` and `SendMessage`. */
export function handlers(
  _parts: Parts,
): Pick<ServiceHandlers<typeof ChatService>, 'joinChat' | 'sendMessage'> {
  return {
    joinChat: (call) => {
      // TODO: Open a session and enter the room as a guest; leave both when the call is over, or too slow.
      call.emit('error', { code: status.UNIMPLEMENTED, details: 'JoinChat is not written yet' });
    },
    sendMessage: (_call, callback) => {
      // TODO: Say something in the name of the session's member.
      callback({ code: status.UNIMPLEMENTED, details: 'SendMessage is not written yet' });
    },
  };
}
