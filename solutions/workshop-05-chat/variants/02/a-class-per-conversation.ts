import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { status } from '@grpc/grpc-js';
import type { World } from '@streamlings/grading';
import type { ServiceHandlers } from '@streamlings/grpc';
import { type ChatMessage, type ChatService, MessageType } from '@streamlings/proto/streamlings/chat/v1/chat';
import type { createGate } from '../../steps/02/src/gate.ts';
import type { createOutbox } from '../../steps/02/src/outbox.ts';
import type { Member, Outgoing, Rooms } from '../../steps/02/src/rooms.ts';

/** What a conversation is made of; the other files of `src` make it. */
export interface Parts {
  world: World;
  rooms: Rooms;
  createOutbox: typeof createOutbox;
  createGate: typeof createGate;
}

type Call = Parameters<ServiceHandlers<typeof ChatService>['chat']>[0];

class Conversation {
  readonly #parts: Parts;
  readonly #outbox: ReturnType<typeof createOutbox<Outgoing>>;
  readonly #pass: ReturnType<typeof createGate>;
  #member: Member | undefined;
  #state: 'open' | 'over' = 'open';

  constructor(call: Call, parts: Parts) {
    this.#parts = parts;
    this.#outbox = parts.createOutbox<Outgoing>(call, () => {
      queueMicrotask(() => this.refuse(status.RESOURCE_EXHAUSTED, 'you read too slowly'));
    });
    this.#pass = parts.createGate(parts.world, parts.rooms, {
      reply: (content) => this.reply(content),
      refuse: (code, details) => this.refuse(code, details),
    });
  }

  reply(content: string): void {
    const sentAt = timestampFromMs(this.#parts.world.clock.now());
    this.#outbox.send({ user: 'system', type: MessageType.SYSTEM, content, sentAt });
  }

  refuse(code: status, details: string): void {
    this.close();
    this.#outbox.end({ code, details });
  }

  finish(): void {
    this.close();
    this.#outbox.end();
  }

  close(): void {
    this.#state = 'over';
    this.#leave();
  }

  async read(received: ChatMessage): Promise<void> {
    const message = await this.#pass(received);
    if (message && this.#state === 'open') this.#follow(message);
  }

  #follow({ type, room, user, content }: ChatMessage): void {
    const isWhole = type !== MessageType.JOIN || (room !== '' && user !== '');
    if (type === MessageType.UNSPECIFIED || type === MessageType.SYSTEM || !isWhole) {
      this.refuse(status.INVALID_ARGUMENT, 'that is nothing a client may send');
    } else if (type === MessageType.LEAVE) this.finish();
    else if (type === MessageType.JOIN) this.#enter(room, user);
    else if (this.#member) this.#member.say(content);
    else this.refuse(status.FAILED_PRECONDITION, 'join a room first');
  }

  #enter(room: string, user: string): void {
    this.#leave();
    this.#member = this.#parts.rooms.enter(room, user, (message) => this.#outbox.send(message));
  }

  #leave(): void {
    const member = this.#member;
    this.#member = undefined;
    member?.leave();
  }
}

/** Answers `Chat` with an object for each call, which reads with `read()` whenever something is `readable`. */
export function handlers(parts: Parts): Pick<ServiceHandlers<typeof ChatService>, 'chat'> {
  return {
    chat: (call) => {
      const conversation = new Conversation(call, parts);
      let isBusy = false;
      let hasEnded = false;
      const readOn = async () => {
        if (isBusy) return;
        isBusy = true;
        for (let next = call.read(); next !== null; next = call.read()) await conversation.read(next);
        isBusy = false;
        if (hasEnded) conversation.finish();
      };
      call.on('readable', () => {
        readOn().catch(() => conversation.refuse(status.INTERNAL, 'something broke'));
      });
      call.on('end', () => {
        hasEnded = true;
        if (!isBusy) conversation.finish();
      });
      call.on('cancelled', () => conversation.close());
      conversation.reply('Welcome to chat!');
    },
  };
}
