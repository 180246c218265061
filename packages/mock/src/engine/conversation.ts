import { status } from '@grpc/grpc-js';
import type { Action, Milliseconds, Rule, Scenario, TimelineEntry } from '../compile/scenario.ts';
import type { Json } from '../dialect/json.ts';
import { breakCall } from './break-call.ts';
import type { CallPort, EndStatus } from './call-port.ts';
import type { Clock } from './clock.ts';
import type { StreamLimits } from './limits.ts';
import { describeNearest } from './nearest-rule.ts';
import { createNoAnswer } from './no-answer.ts';
import { Outbox } from './outbox.ts';
import { changeState, type Prepared, prepare } from './prepare.ts';
import { ReadGate } from './read-gate.ts';
import { MessageScope, type Received, type StreamScope } from './scope.ts';
import type { StreamLog } from './stream-log.ts';
import { Timeline, toMilliseconds } from './timeline.ts';

/** What one stream is made of. */
export interface ConversationOptions {
  scenario: Scenario;
  port: CallPort;
  clock: Clock;
  limits: StreamLimits;
  log: StreamLog;
  scope: StreamScope;
}

const ok: EndStatus = { code: status.OK, details: '' };

/**
 * Plays a scenario in one call, whatever its kind: tries rules on what the client sends, and runs the timeline beside
 * them. Knows nothing of the network.
 */
export class Conversation {
  readonly #scenario: Scenario;
  readonly #port: CallPort;
  readonly #clock: Clock;
  readonly #limits: StreamLimits;
  readonly #log: StreamLog;
  readonly #scope: StreamScope;
  readonly #outbox: Outbox;
  readonly #reading: ReadGate;
  readonly #timeline: Timeline;
  readonly #trailers: (readonly [string, string])[] = [];
  #label: string | undefined;
  #sent = 0;
  #isHalfClosed = false;
  #isEnded = false;
  #isDelivering = false;
  #hasSentHeaders = false;
  #hasMatched = false;
  /** Client streaming: the answer so far. */
  #answer: { prepared: Prepared; dueMs: number } | undefined;
  #nearest: string | undefined;
  #cancelIdle: (() => void) | undefined;

  constructor({ scenario, port, clock, limits, log, scope }: ConversationOptions) {
    this.#scenario = scenario;
    this.#port = port;
    this.#clock = clock;
    this.#limits = limits;
    this.#log = log;
    this.#scope = scope;
    this.#outbox = new Outbox(port, clock, () => this.#onRoom());
    this.#reading = new ReadGate(
      port,
      clock,
      () => !this.#isEnded && this.#outbox.length < limits.streamBufferSize,
    );
    this.#timeline = new Timeline(scenario.timeline, {
      clock,
      hasRoom: () => this.#outbox.hasRoom,
      isHalfClosed: () => this.#isHalfClosed,
      fire: (entry, dueMs) => this.#fireEntry(entry, dueMs),
      evaluateMs: (ms) => this.#evaluateMs(ms),
      jitterMs: () => this.#jitterMs(),
      settle: () => this.#settle(),
    });
  }

  get #kind() {
    return this.#scenario.method.methodKind;
  }

  get #readsMany(): boolean {
    return this.#kind === 'client_streaming' || this.#kind === 'bidi_streaming';
  }

  /** Begins: what the server sends by itself in calls whose client may send many messages starts now. */
  start(): void {
    if (this.#readsMany) this.#timeline.start();
    this.#settle();
  }

  /** Handles a message of the client. The next one is asked for once there is room for its reply. */
  receive(message: Received): void {
    if (this.#isEnded) return;
    const scope = this.#scope;
    scope.index++;
    scope.first ??= message;
    scope.lastMessage = scope.message;
    scope.message = message;
    this.#log.received(message);
    if (scope.index > this.#limits.maxStreamMessages) {
      this.#end({
        code: status.RESOURCE_EXHAUSTED,
        details: `more than ${this.#limits.maxStreamMessages} messages received`,
      });
      return;
    }
    const hasReplied = this.#answerMessage(message);
    if (this.#readsMany) {
      this.#timeline.retryArmed((entry) => this.#fireArmed(entry));
      this.#timeline.hear(message);
    } else if (this.#kind === 'server_streaming' || !hasReplied) this.#timeline.start();
    if (this.#readsMany) this.#reading.readOn();
    this.#settle();
  }

  /** Hears that the client has sent all it will. */
  halfClose(): void {
    if (this.#isEnded) return;
    this.#isHalfClosed = true;
    this.#log.halfClosed();
    if (this.#kind === 'bidi_streaming' && this.#scenario.halfClose === 'finish') this.#timeline.stop();
    else this.#timeline.advance();
    this.#settle();
  }

  /** Hears that the call is over for another reason than the scenario. */
  abort(reason: EndStatus): void {
    if (this.#isEnded) return;
    this.#log.ended(reason);
    this.#release();
  }

  /** Ends the call with a status from outside the scenario. */
  terminate(reason: EndStatus): void {
    this.#end(reason);
  }

  /**
   * Sends a message into the stream, after the replies that wait.
   *
   * @throws Error where it does not fit the type, or the method has no response stream
   */
  push(json: Json): void {
    if (!this.#scenario.method.methodKind.match(/server|bidi/)) throw new Error('the method answers once');
    const bytes = this.#scenario.output.encode(json, false);
    const dueMs = Math.max(this.#clock.now(), this.#outbox.lastDueMs);
    const rendered = { kind: 'message', bytes, json } as const;
    this.#outbox.post(dueMs, () => this.#write(rendered, {}, dueMs));
  }

  /** Returns whether a reply is on its way, or an end. */
  #answerMessage(message: Received): boolean {
    let hasMatched = false;
    for (const rule of this.#scenario.index.find(message)) {
      const dueMs = this.#findReplyTime(rule);
      const prepared = this.#prepareIfEligible(rule, dueMs);
      if (this.#isEnded) return true;
      if (!prepared) continue;
      hasMatched = true;
      this.#hasMatched = true;
      const { rendered } = prepared;
      if (this.#kind === 'client_streaming' && rendered?.kind === 'text') {
        this.#log.progress(rendered.text, rule.line);
        if (!rule.close && !rule.faults) continue;
      }
      this.#outbox.post(dueMs, () => this.#deliver(prepared, dueMs));
      return rendered !== undefined || rule.error !== undefined || rule.close || rule.faults !== undefined;
    }
    if (!hasMatched) {
      this.#nearest = describeNearest(this.#scenario.rules, message);
      if (this.#scenario.rules.length > 0) this.#log.unmatched(this.#nearest);
    }
    return false;
  }

  /** Replies leave in the order of what they answer, so none is due before the one in front of it. */
  #findReplyTime(rule: Rule): number {
    const dueMs = this.#clock.now() + this.#evaluateMs(rule.delayMs) + this.#jitterMs();
    return Math.max(dueMs, this.#outbox.lastDueMs);
  }

  #fireEntry(entry: TimelineEntry, dueMs: number): boolean {
    const prepared = this.#prepareIfEligible(entry, this.#clock.now());
    if (!prepared) return false;
    this.#deliver(prepared, dueMs);
    return true;
  }

  #fireArmed(entry: TimelineEntry): boolean {
    if (this.#isEnded) return false;
    const dueMs = Math.max(this.#clock.now() + this.#jitterMs(), this.#outbox.lastDueMs);
    const prepared = this.#prepareIfEligible(entry, dueMs);
    if (!prepared) return false;
    this.#outbox.post(dueMs, () => this.#deliver(prepared, dueMs));
    return true;
  }

  /** Computes everything from the old state, then commits the new one; undefined where the condition is false. */
  #prepareIfEligible(action: Action, atMs: number): Prepared | undefined {
    const scope = this.#messageScope(atMs);
    try {
      if (action.condition && !action.condition(scope)) return undefined;
      const prepared = prepare(action, scope, this.#scenario.output.registry);
      const { state, label } = changeState(action, scope, this.#label);
      this.#scope.state = state;
      this.#label = label;
      if (!prepared.rendered) this.#log.fired(action.line);
      return prepared;
    } catch (error) {
      const details = `${action.line.file}:${action.line.number}: ${(error as Error).message}`;
      this.#log.note(details);
      this.#end({ code: status.INTERNAL, details });
      return undefined;
    }
  }

  /** A transport may be done with a message before its write returns; what follows from that waits for the rest of the action. */
  #deliver(prepared: Prepared, dueMs: number): void {
    if (this.#isEnded) return;
    this.#isDelivering = true;
    this.#act(prepared, dueMs);
    this.#isDelivering = false;
    this.#settle();
  }

  #act(prepared: Prepared, dueMs: number): void {
    const { action, rendered, metadata, trailers } = prepared;
    this.#trailers.push(...trailers);
    if (metadata.length > 0) this.#sendHeaders(metadata);
    if (action.pauseReadMs !== undefined) this.#reading.pause(action.pauseReadMs);
    if (prepared.status) {
      this.#end(prepared.status);
      return;
    }
    if (this.#kind === 'client_streaming' && rendered?.kind !== 'text') {
      if (rendered) this.#answer = { prepared, dueMs };
      if (this.#answer && (action.close || action.faults)) this.#sendAnswer(action);
      else if (action.close) this.#end(ok);
      else if (action.faults) this.#breakCall(action);
      return;
    }
    this.#writePrepared(prepared, dueMs);
    if (this.#isEnded) return;
    if (action.faults) this.#breakCall(action);
    else if (action.close || (this.#kind === 'unary' && rendered)) this.#end(ok);
  }

  #writePrepared({ rendered, action }: Prepared, dueMs: number): void {
    if (rendered?.kind === 'message') this.#write(rendered, action, dueMs);
    else if (rendered) {
      const { file, number } = action.line;
      const { typeName } = this.#scenario.output.desc;
      const details = `${file}:${number}: \`${typeName}\` has no field for the text ${JSON.stringify(rendered.text)}`;
      this.#log.note(details);
      this.#end({ code: status.INTERNAL, details });
    }
  }

  #write(
    { bytes, json }: { bytes: Buffer; json: Json },
    { chunkBytes, compress, line }: Partial<Action>,
    dueMs: number,
  ): void {
    if (this.#isEnded) return;
    if (++this.#sent > this.#limits.maxStreamMessages) {
      this.#end({
        code: status.RESOURCE_EXHAUSTED,
        details: `more than ${this.#limits.maxStreamMessages} messages to send`,
      });
      return;
    }
    this.#sendHeaders([]);
    this.#log.sent(json, bytes.length, dueMs, line);
    this.#outbox.send(bytes, {
      ...(chunkBytes !== undefined && { chunkBytes }),
      ...(compress && { compress }),
    });
  }

  #sendHeaders(metadata: readonly (readonly [string, string])[]): void {
    if (this.#hasSentHeaders) {
      if (metadata.length > 0)
        this.#log.note('the response headers were sent already: `metadata` came too late');
      return;
    }
    this.#hasSentHeaders = true;
    this.#port.sendHeaders(this.#scenario.compresses ? [['grpc-encoding', 'gzip'], ...metadata] : metadata);
  }

  /** Client streaming: sends the answer and ends, in the way of the action that asks for it. */
  #sendAnswer(action?: Action): void {
    const { prepared, dueMs } = this.#answer ?? {};
    if (!prepared || dueMs === undefined) return;
    this.#writePrepared(prepared, dueMs);
    if (action?.faults) this.#breakCall(action);
    else this.#end(ok);
  }

  #breakCall({ faults, close }: Action): void {
    if (!faults) return;
    this.#sendHeaders([]);
    this.#outbox.afterFlush(() => {
      if (this.#isEnded) return;
      if (breakCall(this.#port, faults))
        this.abort({ code: status.UNKNOWN, details: 'broken by the scenario' });
      else if (close || this.#kind === 'unary' || this.#answer) this.#end(ok);
      else this.#settle();
    });
  }

  #onRoom(): void {
    if (this.#isDelivering) return;
    this.#reading.retry();
    this.#timeline.advance();
    this.#settle();
  }

  /** Ends the call where the scenario has come to its end, else watches that it does not idle. */
  #settle(): void {
    if (this.#isEnded || this.#isDelivering) return;
    this.#cancelIdle?.();
    if (this.#outbox.length === 0 && !this.#outbox.isFlushing && this.#isOver()) {
      if (this.#answer) {
        this.#isDelivering = true;
        this.#sendAnswer();
        this.#isDelivering = false;
      } else this.#end(this.#finalStatus());
    } else if (
      Number.isFinite(this.#limits.streamTimeoutMs) &&
      this.#timeline.isWaiting &&
      this.#outbox.isIdle
    ) {
      const { streamTimeoutMs } = this.#limits;
      this.#cancelIdle = this.#clock.schedule(this.#clock.now() + streamTimeoutMs, () =>
        this.#end({ code: status.DEADLINE_EXCEEDED, details: `nothing happened for ${streamTimeoutMs} ms` }),
      );
    }
  }

  #isOver(): boolean {
    switch (this.#kind) {
      case 'unary':
      case 'server_streaming':
        return this.#scope.index > 0 && this.#timeline.isDone;
      case 'client_streaming':
        if (!this.#isHalfClosed) return false;
        return this.#timeline.isDone || (this.#scenario.halfClose === 'finish' && this.#answer !== undefined);
      case 'bidi_streaming':
        return this.#isHalfClosed && (this.#scenario.halfClose === 'finish' || this.#timeline.isDone);
    }
  }

  #finalStatus(): EndStatus {
    const hasNothing =
      this.#kind === 'client_streaming' ||
      this.#kind === 'unary' ||
      (this.#kind === 'server_streaming' && !this.#hasMatched && this.#scenario.timeline.length === 0);
    if (!hasNothing) return ok;
    const why = this.#nearest ?? 'no rule that fired has a response';
    return createNoAnswer(this.#scenario.file, why);
  }

  #end(reason: EndStatus): void {
    if (this.#isEnded) return;
    this.#log.ended(reason);
    this.#release();
    // A stream that ends well without a message has headers of its own, as other servers send them.
    if (reason.code === status.OK && !this.#hasSentHeaders) this.#sendHeaders([]);
    this.#port.end(reason, this.#trailers);
  }

  #release(): void {
    this.#isEnded = true;
    this.#outbox.close();
    this.#timeline.stop();
    this.#cancelIdle?.();
  }

  #messageScope(atMs: number): MessageScope {
    return new MessageScope(this.#scope, this.#clock, atMs);
  }

  #evaluateMs(ms: Milliseconds): number {
    return typeof ms === 'number' ? ms : toMilliseconds(ms(this.#messageScope(0)));
  }

  #jitterMs(): number {
    const { latencyMinMs, latencyMaxMs } = this.#limits;
    if (latencyMaxMs <= 0) return 0;
    return latencyMinMs + this.#scope.random() * Math.max(0, latencyMaxMs - latencyMinMs);
  }
}
