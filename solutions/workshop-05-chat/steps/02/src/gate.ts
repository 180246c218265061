import type { status } from '@grpc/grpc-js';
import type { World } from '@streamlings/grading';
import type { ChatMessage } from '@streamlings/proto/streamlings/chat/v1/chat';
import type { Rooms } from './rooms.ts';

/** Where a gate can turn to. */
export interface Desk {
  /** Says something to this client alone. */
  reply(content: string): void;
  /** Ends the call with a status. */
  refuse(code: status, details: string): void;
}

/** Is given each message of a client, one after the other; resolves with what to do instead, if anything. May reject. */
export type Gate = (message: ChatMessage) => Promise<ChatMessage | undefined>;

/** Makes the gate of a call. The key of `ada` is what `world.store` has under `key/ada`; most names have none. */
export function createGate(_world: World, _rooms: Rooms, _desk: Desk): Gate {
  // TODO: Answer commands instead of letting them pass; make a JOIN of `/join`, and a LEAVE of `/quit`.

  // TODO: Let nobody come in a name that has a key before they have shown it.
  return async (message) => message;
}
