import { fromJson, toBinary } from '@bufbuild/protobuf';
import type { CallPort, EndStatus, Fault, MetadataList, SendOptions } from '../src/engine/call-port.ts';
import { VirtualClock } from '../src/engine/clock.ts';
import { Conversation } from '../src/engine/conversation.ts';
import { defaultLimits, type StreamLimits } from '../src/engine/limits.ts';
import { createRandom } from '../src/engine/random.ts';
import { Journal, type JournalEvent } from '../src/server/journal.ts';
import { loadScenarios } from '../src/server/load-scenarios.ts';
import { registry } from './mock-fixture.ts';

interface Options {
  limits?: Partial<StreamLimits>;
  /** Whether the transport takes messages only when it is told to. */
  isSlow?: boolean;
  seed?: number;
}

/** A conversation without a network: what it does is written down with the time. */
export class ScriptedCall {
  readonly clock = new VirtualClock();
  /** Such as `0 send a`, `1000 end 0`, in the words of the port. */
  readonly actions: string[] = [];
  readonly conversation: Conversation;
  readonly options: SendOptions[] = [];
  readonly #journal: Journal;
  readonly #scenario;
  readonly #pending: (() => void)[] = [];
  reads = 0;
  end: EndStatus | undefined;

  /** @param method of `myapp.ControlService`. */
  constructor(method: 'Talk' | 'Ask' | 'Watch' | 'Send', lines: readonly object[], options: Options = {}) {
    const text = lines.map((line) => JSON.stringify(line)).join('\n');
    const [loaded] = loadScenarios([{ file: `myapp.ControlService.${method}.jsonl`, text }], registry);
    if (!loaded) throw new Error('there is no scenario');
    this.#scenario = loaded.scenario;
    this.#journal = new Journal(this.clock);
    this.conversation = new Conversation({
      scenario: loaded.scenario,
      port: this.#createPort(options.isSlow ?? false),
      clock: this.clock,
      limits: { ...defaultLimits, ...options.limits },
      log: this.#journal.open('1', method, 'test', 'peer'),
      scope: {
        first: undefined,
        message: undefined,
        lastMessage: undefined,
        index: 0,
        connectionId: '1',
        metadata: { value: {} },
        state: {},
        random: createRandom(options.seed ?? 1),
      },
    });
    this.conversation.start();
  }

  get events(): JournalEvent[] {
    return [...(this.#journal.find('1')?.events ?? [])];
  }

  /** The client sends a message; text alone is its content. */
  receive(message: string | object): this {
    const json = typeof message === 'string' ? { content: message } : message;
    const { input } = this.#scenario;
    this.conversation.receive(input.decode(toBinary(input.desc, fromJson(input.desc, json as never))));
    return this;
  }

  halfClose(): this {
    this.conversation.halfClose();
    return this;
  }

  advance(ms: number): this {
    this.clock.advance(ms);
    return this;
  }

  /** The transport takes so many messages. */
  take(count: number): this {
    for (const done of this.#pending.splice(0, count)) done();
    return this;
  }

  #createPort(isSlow: boolean): CallPort {
    const note = (text: string) => this.actions.push(`${this.clock.now()} ${text}`);
    return {
      sendHeaders: (metadata: MetadataList) => {
        if (metadata.length > 0) note(`headers ${JSON.stringify(Object.fromEntries(metadata))}`);
      },
      send: (bytes: Buffer, options: SendOptions, done: () => void) => {
        note(`send ${this.#scenario.output.decode(bytes).text}`);
        this.options.push(options);
        if (isSlow) this.#pending.push(done);
        else done();
      },
      end: (status: EndStatus, trailers: MetadataList) => {
        this.end = status;
        const extra = trailers.length > 0 ? ` ${JSON.stringify(Object.fromEntries(trailers))}` : '';
        note(`end ${status.code}${status.details && status.code !== 5 ? ` ${status.details}` : ''}${extra}`);
      },
      read: () => {
        this.reads++;
      },
      fault: (fault: Fault) => {
        note(`fault ${Object.values(fault).join(' ')}`);
      },
    };
  }
}
