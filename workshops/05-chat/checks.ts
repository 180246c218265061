import type { MessageInitShape } from '@bufbuild/protobuf';
import type { status } from '@grpc/grpc-js';
import { type Clock, type Load, step, type World } from '@streamlings/grading';
import type { ServiceHandlers } from '@streamlings/grpc';
import type {
  ChatMessage,
  ChatMessageSchema,
  ChatService,
} from '@streamlings/proto/streamlings/chat/v1/chat';
import { chatChecks } from './chat-checks.ts';
import { gateChecks } from './gate-checks.ts';
import { outboxChecks } from './outbox-checks.ts';
import { roomsChecks } from './rooms-checks.ts';
import { sessionsChecks } from './sessions-checks.ts';

type Handlers<M extends keyof ServiceHandlers<typeof ChatService>> = Pick<
  ServiceHandlers<typeof ChatService>,
  M
>;

type Outgoing = MessageInitShape<typeof ChatMessageSchema>;

interface Rooms {
  enter(
    room: string,
    user: string,
    send: (message: Outgoing) => void,
  ): { say(content: string): void; leave(): void };
  countMembers(): number;
}

interface Failure {
  code: status;
  details: string;
}

type CreateOutbox = <T>(
  call: {
    write(message: T): boolean;
    end(): unknown;
    emit(event: 'error', failure: Failure): unknown;
    on(event: 'drain', listener: () => void): unknown;
  },
  tooSlow: () => void,
) => { send(message: T): void; end(failure?: Failure): void };

type CreateGate = (
  world: World,
  rooms: Rooms,
  desk: { reply(content: string): void; refuse(code: status, details: string): void },
) => (message: ChatMessage) => Promise<ChatMessage | undefined>;

/** What the files of `src` export. */
export interface Exercise {
  rooms: { createRooms(clock: Clock): Rooms };
  chat: {
    handlers(parts: {
      world: World;
      rooms: Rooms;
      createOutbox: CreateOutbox;
      createGate: CreateGate;
    }): Handlers<'chat'>;
  };
  outbox: { createOutbox: CreateOutbox };
  gate: { createGate: CreateGate };
  sessions: {
    handlers(parts: { rooms: Rooms; createOutbox: CreateOutbox }): Handlers<'joinChat' | 'sendMessage'>;
  };
}

export function checks(exercise: Load<Exercise>): void {
  step({ number: 1, title: 'Rooms', file: 'src/rooms.ts' }, () => roomsChecks(exercise));
  step({ number: 2, title: 'A conversation', file: 'src/chat.ts' }, () => chatChecks(exercise));
  step({ number: 3, title: 'The slow member', file: 'src/outbox.ts' }, () => outboxChecks(exercise));
  step({ number: 4, title: 'Commands and keys', file: 'src/gate.ts' }, () => gateChecks(exercise));
  step({ number: 5, title: 'The other design', file: 'src/sessions.ts' }, () => sessionsChecks(exercise));
}
