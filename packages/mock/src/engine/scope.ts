import type { Json, JsonObject } from '../dialect/json.ts';
import type { Clock } from './clock.ts';
import { type Random, randomUuid } from './random.ts';

/** A message as the dialect sees it; its parts are made when somebody looks at them. */
export interface Received {
  /** The JSON view: names of the .proto file, defaults materialised. */
  readonly view: JsonObject;
  /** The text projection, undefined for a type that has none. */
  readonly text: string | undefined;
  /** The view as compact JSON. */
  readonly json: string;
  /** The length of the message as it was sent; 0 where every field has its default. */
  readonly byteLength: number;
}

/** What expressions can see of a stream. */
export interface StreamScope {
  /** The first message, undefined before it. */
  first: Received | undefined;
  /** The message that is being handled, else the latest. */
  message: Received | undefined;
  /** The one before it. */
  lastMessage: Received | undefined;
  /** How many messages were received. */
  index: number;
  readonly connectionId: string;
  readonly metadata: { readonly value: JsonObject };
  state: JsonObject;
  readonly random: Random;
}

/** What the expressions of one rendered message see: the stream, and what stays the same within the message. */
export class MessageScope {
  readonly stream: StreamScope;
  readonly #clock: Clock;
  readonly #atMs: number;
  #uuid: string | undefined;

  /** @param atMs when the message is sent, by the clock. */
  constructor(stream: StreamScope, clock: Clock, atMs: number) {
    this.stream = stream;
    this.#clock = clock;
    this.#atMs = atMs;
  }

  /** When the message is sent, in milliseconds of the Unix epoch. */
  get nowMs(): number {
    return this.#clock.wallMs() + Math.max(0, this.#atMs - this.#clock.now());
  }

  /** One for all templates of the message. */
  get uuid(): string {
    this.#uuid ??= randomUuid(this.stream.random);
    return this.#uuid;
  }

  /** What `request.ws` stands for. */
  readWs(name: string): Json | undefined {
    const { stream } = this;
    switch (name) {
      case 'message':
        return stream.message?.view;
      case 'lastMessage':
        return stream.lastMessage?.view;
      case 'state':
        return stream.state;
      case 'connectionId':
        return stream.connectionId;
      case 'index':
        return stream.index;
      case 'metadata':
        return stream.metadata.value;
      default:
        return undefined;
    }
  }
}
