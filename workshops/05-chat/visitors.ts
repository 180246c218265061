import type { EventEmitter } from 'node:events';
import type { ClientDuplexStream, status } from '@grpc/grpc-js';
import {
  type CallRecord,
  type CheckContext,
  type Load,
  nameOf,
  type PeerStream,
  type Served,
} from '@streamlings/grading';
import type { RequestInit, ServiceClient } from '@streamlings/grpc';
import { type ChatMessage, ChatService, MessageType } from '@streamlings/proto/streamlings/chat/v1/chat';
import type { Exercise } from './checks.ts';
import { compose } from './compose.ts';

const { TEXT, JOIN, LEAVE, SYSTEM } = MessageType;
const kinds = { [TEXT]: 'TEXT', [JOIN]: 'JOIN', [LEAVE]: 'LEAVE' } as Record<MessageType, string>;

/** Round trips after which what should have happened does not happen any more. */
const PATIENCE = 60;

/** A request of `Chat`. */
export type Said = RequestInit<typeof ChatService, 'chat'>;

/** Somebody who has called `Chat`. */
export interface Visitor {
  readonly call: ClientDuplexStream<Said, ChatMessage>;
  readonly peer: PeerStream<ChatMessage>;
  /** The server's side of the call. */
  readonly record: CallRecord;
  /** Resolves when the call is over on the server's side, whichever way. */
  readonly over: Promise<void>;
  /** The status of the call, as the client has heard it; undefined before that. */
  code(): status | undefined;
  /** What was heard in rooms, a line each, for example `JOIN ada (ada, grace)` or `TEXT ada: hello`. */
  heard(): string[];
  /** What the server has said to this visitor alone. */
  notices(): string[];
  join(room: string, user: string): void;
  say(content: string): void;
  leave(): void;
}

/** A chat that is served, and a door to it. */
export interface Chat {
  server: Served<typeof ChatService>;
  /** Counts the members of all rooms. */
  countMembers(): number;
  /** Watches a call until the check is over: what the harness causes by clearing away is not seen any more. */
  watch<T>(peer: PeerStream<T>): { received(): readonly T[]; code(): status | undefined };
  /** Calls `Chat`, through the harness's client or another, and says nothing. */
  visit(client?: ServiceClient<typeof ChatService>): Promise<Visitor>;
  /** Calls `Chat` and enters a room. */
  enter(room: string, user: string, client?: ServiceClient<typeof ChatService>): Promise<Visitor>;
  /** Lets round trips pass until something is true, or should be by now; and then some more, for what should not be. */
  until(isTrue: () => boolean): Promise<void>;
}

/** Serves the exercise. */
export async function openChat(
  { world, serve, defer }: CheckContext,
  exercise: Load<Exercise>,
): Promise<Chat> {
  const { rooms, handlers } = await compose(exercise, world);
  const server = await serve(ChatService, handlers);
  const until = async (isTrue: () => boolean) => {
    for (let round = 0; round < PATIENCE && !isTrue(); round++) await server.barrier();
    await server.barrier(5);
  };
  const watch: Chat['watch'] = (peer) => {
    let code: status | undefined;
    let isOver = false;
    let kept: typeof peer.received = peer.received;
    void peer.outcome.then((outcome) => {
      if (!isOver) code = outcome.code;
    });
    defer(() => {
      isOver = true;
      kept = [...peer.received];
    });
    return { received: () => kept, code: () => code };
  };
  const visit = async (client = server.client): Promise<Visitor> => {
    const position = server.calls.length + 1;
    const call = client.chat();
    const peer = server.read(call);
    const { received, code } = watch(peer);
    const record = await server.call(position);
    return {
      call,
      peer,
      record,
      over: overOf(record),
      code,
      heard: () => describe(received()),
      notices: () =>
        received()
          .filter(({ type }) => type === SYSTEM)
          .map(({ content }) => content),
      join: (room, user) => call.write({ type: JOIN, room, user }),
      say: (content) => call.write({ type: TEXT, content }),
      leave: () => call.write({ type: LEAVE }),
    };
  };
  return {
    server,
    countMembers: () => rooms.countMembers(),
    watch,
    visit,
    enter: async (room, user, client) => {
      const visitor = await visit(client);
      visitor.join(room, user);
      await until(() => visitor.heard().length > 0);
      return visitor;
    },
    until,
  };
}

/** Writes what was heard in rooms, a line each; what the server says to one alone is left out. */
export function describe(messages: readonly ChatMessage[]): string[] {
  return messages
    .filter(({ type }) => type !== SYSTEM)
    .map(({ type, user, content, members }) =>
      type === TEXT ? `TEXT ${user}: ${content}` : `${kinds[type] ?? type} ${user} (${members.join(', ')})`,
    );
}

/** Resolves when a call is over on the server's side: `cancelled` comes after every call. */
export function overOf({ call }: CallRecord): Promise<void> {
  return new Promise((resolve) => (call as EventEmitter).once('cancelled', resolve));
}

/** Names the status that a client has heard, if it has. */
export function nameIfAny(code: status | undefined): string {
  return code === undefined ? 'none' : nameOf(code);
}
