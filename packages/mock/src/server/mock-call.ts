import type { DescMethod, Registry } from '@bufbuild/protobuf';
import { type Metadata, type ServerInterceptingCallInterface, status } from '@grpc/grpc-js';
import { MessageType } from '../compile/message-type.ts';
import type { Json, JsonObject } from '../dialect/json.ts';
import type { EndStatus } from '../engine/call-port.ts';
import type { Clock } from '../engine/clock.ts';
import { Conversation } from '../engine/conversation.ts';
import type { StreamLimits } from '../engine/limits.ts';
import type { Random } from '../engine/random.ts';
import type { Received } from '../engine/scope.ts';
import type { Catalog } from './catalog.ts';
import { GrpcPort } from './grpc-port.ts';
import type { Journal } from './journal.ts';
import { nameOf } from './load-scenarios.ts';

/** What all calls of a server share. */
export interface CallEnvironment {
  readonly catalog: Catalog;
  readonly clock: Clock;
  readonly limits: StreamLimits;
  readonly journal: Journal;
  /** Makes the randomness of one stream. */
  createRandom(id: string): Random;
  onOver(call: MockCall): void;
}

/** Deadlines of the client's timer and the server's may differ by this. */
const deadlineToleranceMs = 5;

/** One call of a mocked method: finds its scenario, then hands everything to the conversation. */
export class MockCall {
  readonly id: string;
  readonly #call: ServerInterceptingCallInterface;
  readonly #path: string;
  readonly #method: DescMethod;
  readonly #environment: CallEnvironment;
  readonly #catalog: Catalog;
  readonly #port: GrpcPort;
  readonly #input: MessageType;
  #metadata: Metadata | undefined;
  #conversation: Conversation | undefined;
  /** The only request of a method that takes one. */
  #request: Buffer | undefined;
  #isOver = false;

  constructor(
    id: string,
    path: string,
    method: DescMethod,
    call: ServerInterceptingCallInterface,
    environment: CallEnvironment,
  ) {
    this.id = id;
    this.#path = path;
    this.#method = method;
    this.#call = call;
    this.#environment = environment;
    // A reload meanwhile does not change a call that has begun.
    this.#catalog = environment.catalog;
    this.#port = new GrpcPort(call);
    this.#input = findInput(this.#catalog, path, method, this.#catalog.registry);
  }

  start(): void {
    this.#call.start({
      onReceiveMetadata: (metadata) => this.#begin(metadata),
      onReceiveMessage: (bytes) => this.#receive(bytes),
      // A cancelled upload ends just like a complete one; that it was cancelled is told within the same turn, and that
      // its deadline has passed in a later one.
      onReceiveHalfClose: () =>
        this.#takesOne ? this.#halfClose() : setImmediate(() => this.#isLate || this.#halfClose()),
      onCancel: () => this.#cancelled(),
    });
  }

  /** @throws Error where the message does not fit the type */
  push(json: Json): void {
    this.#conversation?.push(json);
  }

  /** Ends the call from outside. */
  terminate(reason: EndStatus): void {
    if (this.#conversation) this.#conversation.terminate(reason);
    else this.#fail(reason);
  }

  get #takesOne(): boolean {
    return this.#method.methodKind === 'unary' || this.#method.methodKind === 'server_streaming';
  }

  get #isLate(): boolean {
    return Number(this.#call.getDeadline()) - Date.now() < deadlineToleranceMs;
  }

  /** Cheaper than `getPeer()`, which asks the socket. */
  get #peer(): string {
    const { remoteAddress = 'unknown', remotePort } = this.#call.getConnectionInfo();
    return remotePort === undefined ? remoteAddress : `${remoteAddress}:${remotePort}`;
  }

  #begin(metadata: Metadata): void {
    this.#metadata = metadata;
    if (!this.#takesOne && !this.#catalog.needsMessage(this.#path)) this.#choose(undefined);
    this.#port.read();
  }

  #receive(bytes: Buffer): void {
    if (this.#takesOne) {
      if (this.#request)
        this.#fail({ code: status.UNIMPLEMENTED, details: 'expected 1 request, got a second one' });
      this.#request = bytes;
      this.#port.read();
      return;
    }
    const message = this.#decode(bytes);
    if (!message) return;
    this.#conversation ??= this.#choose(message);
    this.#conversation?.receive(message);
  }

  #halfClose(): void {
    if (this.#isOver) return;
    if (!this.#takesOne) this.#conversation ??= this.#choose(undefined);
    else if (!this.#request)
      this.#fail({ code: status.UNIMPLEMENTED, details: 'expected 1 request, got none' });
    else {
      const message = this.#decode(this.#request);
      if (!message) return;
      this.#conversation = this.#choose(message);
      this.#conversation?.receive(message);
    }
    this.#conversation?.halfClose();
  }

  /** Comes after every call, also after one that went well. */
  #cancelled(): void {
    const isLate = this.#isLate;
    const code = isLate ? status.DEADLINE_EXCEEDED : status.CANCELLED;
    this.#conversation?.abort({ code, details: isLate ? 'deadline exceeded' : 'cancelled by the client' });
    this.#isOver = true;
    this.#environment.onOver(this);
  }

  #choose(first: Received | undefined): Conversation | undefined {
    const { clock, limits, journal } = this.#environment;
    const { name } = this.#method;
    const metadata = new LazyMetadata(this.#metadata);
    const scenario = this.#catalog.choose(this.#path, () => metadata.value, first);
    if (!scenario) {
      const isKnown = (this.#catalog.find(this.#path)?.scenarios.length ?? 0) > 0;
      const { typeName } = this.#method.parent;
      if (isKnown)
        this.#fail({ code: status.NOT_FOUND, details: `no scenario of ${typeName}/${name} takes this call` });
      else this.#fail({ code: status.UNIMPLEMENTED, details: `no scenario: add ${typeName}.${name}.jsonl` });
      return undefined;
    }
    this.#conversation = new Conversation({
      scenario,
      port: this.#port,
      clock,
      limits,
      log: journal.open(this.id, nameOf(this.#method), scenario.name, this.#peer),
      scope: {
        first: undefined,
        message: undefined,
        lastMessage: undefined,
        index: 0,
        connectionId: this.id,
        metadata,
        state: Object.create(null),
        random: this.#environment.createRandom(this.id),
      },
    });
    this.#conversation.start();
    return this.#conversation;
  }

  #decode(bytes: Buffer): Received | undefined {
    try {
      return this.#input.decode(bytes);
    } catch (error) {
      const details = `the request is no ${this.#input.desc.typeName}: ${(error as Error).message}`;
      if (this.#conversation) this.#conversation.terminate({ code: status.INTERNAL, details });
      else this.#fail({ code: status.INTERNAL, details });
      return undefined;
    }
  }

  /** Ends a call that has no scenario. */
  #fail(reason: EndStatus): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const { journal } = this.#environment;
    if (!this.#conversation) journal.open(this.id, nameOf(this.#method), '', this.#peer).ended(reason);
    this.#port.end(reason, []);
  }
}

/** The types of a scenario know what plain text stands for; the choice itself must do without. */
function findInput(catalog: Catalog, path: string, method: DescMethod, registry: Registry): MessageType {
  return catalog.find(path)?.scenarios[0]?.input ?? new MessageType(method.input, registry);
}

/** Metadata as expressions see it, made when one looks. */
class LazyMetadata {
  readonly #metadata: Metadata | undefined;
  #value: JsonObject | undefined;

  constructor(metadata: Metadata | undefined) {
    this.#metadata = metadata;
  }

  get value(): JsonObject {
    this.#value ??= Object.fromEntries(
      Object.entries(this.#metadata?.getMap() ?? {}).map(([key, value]) => [
        key,
        typeof value === 'string' ? value : value.toString('base64'),
      ]),
    );
    return this.#value;
  }
}
