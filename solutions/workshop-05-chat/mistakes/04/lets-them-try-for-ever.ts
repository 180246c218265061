// misconception: L1-06
// fails: ends the call at the third wrong key, and where keys cannot be looked up
import type { status } from '@grpc/grpc-js';
import type { World } from '@streamlings/grading';
import { type ChatMessage, MessageType } from '@streamlings/proto/streamlings/chat/v1/chat';
import type { Rooms } from '../../steps/04/src/rooms.ts';

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
export function createGate(world: World, rooms: Rooms, { reply }: Desk): Gate {
  let owner: string | undefined;
  let name = '';

  const answer = (content: string): undefined => void reply(content);
  const findKey = (user: string) =>
    world.store.get(`key/${user}`).catch((error: { code?: string }) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
  const join = async (message: ChatMessage) => {
    name = message.user;
    const isFree = name === owner || (await findKey(name)) === undefined;
    return isFree ? message : answer('Please authenticate first');
  };
  const authenticate = async (user: string, key: string | undefined) => {
    if (key !== undefined && (await findKey(user)) === key) {
      owner = user;
      return answer('Authenticated');
    }
    return answer('Wrong key');
  };

  return async (message) => {
    const { type, content } = message;
    if (type === MessageType.JOIN) return join(message);
    if (type !== MessageType.TEXT || !content.startsWith('/')) return message;
    const [command, first = '', second] = content.slice(1).split(' ');
    if (command === 'join') return join({ ...message, type: MessageType.JOIN, room: first, user: name });
    if (command === 'auth') return authenticate(first, second);
    if (command === 'help') return answer('Available commands: /auth, /help, /join, /quit, /status');
    if (command === 'status') return answer(`Connected users: ${rooms.countMembers()}`);
    if (command !== 'quit') return answer(`Unknown command: /${command}`);
    reply('Goodbye!');
    return { ...message, type: MessageType.LEAVE };
  };
}
