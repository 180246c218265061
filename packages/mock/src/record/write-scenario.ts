import { type DescMethod, fromJson, type JsonValue, type Registry } from '@bufbuild/protobuf';
import type { HeaderRecord } from '@streamlings/wire';
import { MessageType } from '../compile/message-type.ts';
import { isObject, type Json, type JsonObject } from '../dialect/json.ts';
import { escapeTemplate } from '../dialect/template.ts';
import { nameOf } from '../server/load-scenarios.ts';
import type { RecordedCall } from './recorded-call.ts';

type Happening =
  | { kind: 'in' | 'out'; atMs: number; json: Json }
  | { kind: 'half-close'; atMs: number; json: null };

/**
 * Writes a scenario that plays a call again: the server's messages with the times between them, each after what the
 * client had sent until then.
 *
 * @param name what the scenario is called.
 */
export function writeScenario(
  call: RecordedCall,
  method: DescMethod,
  registry: Registry,
  name: string,
): string {
  const input = new MessageType(method.input, registry);
  const view = (json: Json) => input.view(fromJson(method.input, json as JsonValue, { registry }));
  const happenings = listHappenings(call);
  const [first] = happenings;
  const scenario: JsonObject = {
    method: nameOf(method),
    name,
    // A server that spoke first did so without having seen a message.
    ...(first?.kind === 'in' && { when: { message: view(first.json) } }),
    times: 1,
    halfClose: 'drain',
  };
  const takesOne = method.methodKind === 'unary' || method.methodKind === 'server_streaming';
  const writer = new EntryWriter(call.stream.atMs, takesOne);
  for (const { kind, atMs, json } of happenings) {
    if (kind === 'out') writer.add(atMs, { text: escapeTexts(json) });
    else writer.wait(atMs, kind === 'in' ? { waitFor: view(json) } : { waitForEnd: true });
  }
  const answersOnce = method.methodKind === 'unary' || method.methodKind === 'client_streaming';
  writer.end(call.stream.endedMs.server ?? call.stream.closedMs ?? 0, describeEnd(call), answersOnce);
  writer.addMetadata(readOwn(call.responseHeaders));
  return [{ scenario }, ...writer.entries].map((line) => `${JSON.stringify(line)}\n`).join('');
}

class EntryWriter {
  readonly entries: JsonObject[] = [];
  readonly #takesOne: boolean;
  #lastMs: number;
  #wait: JsonObject | undefined;

  /** @param takesOne whether there is one request, which is there before the scenario begins. */
  constructor(startMs: number, takesOne: boolean) {
    this.#lastMs = startMs;
    this.#takesOne = takesOne;
  }

  wait(atMs: number, wait: JsonObject): void {
    if (this.#wait) this.entries.push({ dir: 'out', ...this.#wait });
    if (!this.#takesOne) this.#wait = wait;
    this.#lastMs = atMs;
  }

  add(atMs: number, rest: JsonObject): void {
    const after = Math.max(0, Math.round((atMs - this.#lastMs) * 10) / 10);
    this.entries.push({ dir: 'out', ...this.#wait, after, ...rest });
    this.#wait = undefined;
    this.#lastMs = atMs;
  }

  /** @param answersOnce whether the one message and the end are one step. */
  end(atMs: number, end: JsonObject, answersOnce: boolean): void {
    const last = this.entries.at(-1);
    if (answersOnce && end.close && last?.text !== undefined && !this.#wait) Object.assign(last, end);
    else this.add(atMs, end);
  }

  /** Response headers go with the first message, or with the end. */
  addMetadata(metadata: JsonObject): void {
    if (Object.keys(metadata).length === 0) return;
    const entry = this.entries.find(({ text }) => text !== undefined) ?? this.entries.at(-1);
    if (entry) entry.metadata = metadata;
  }
}

function listHappenings({ messages, stream }: RecordedCall): Happening[] {
  const happenings: Happening[] = messages.map(({ from, atMs, json }) => ({
    kind: from === 'client' ? 'in' : 'out',
    atMs,
    json: json as Json,
  }));
  const halfClosedMs = stream.endedMs.client;
  if (halfClosedMs !== undefined) happenings.push({ kind: 'half-close', atMs: halfClosedMs, json: null });
  // What a client sent after the end, if only to close its side, the server did not wait for.
  const endMs = stream.endedMs.server ?? Number.POSITIVE_INFINITY;
  const before = happenings.filter(({ atMs }) => atMs <= endMs);
  // What came in one frame has one time: then the end of a side comes after its last message.
  return before.sort(
    (a, b) => a.atMs - b.atMs || Number(a.kind === 'half-close') - Number(b.kind === 'half-close'),
  );
}

function describeEnd({ stream, trailers }: RecordedCall): JsonObject {
  const own = readOwn(trailers);
  const { code = 0, message, details = [] } = stream.status ?? {};
  const areKnown = details.every((detail) => isObject(detail) && typeof detail['@type'] === 'string');
  const raw = trailers.find(({ name }) => name === 'grpc-status-details-bin');
  if (raw && !areKnown) own[raw.name] = raw.value;
  const extra: JsonObject = Object.keys(own).length > 0 ? { trailers: own } : {};
  if (stream.reset && !stream.status) return { reset: stream.reset.code, ...extra };
  if (!stream.status) return { noTrailers: true };
  if (code === 0) return { close: true, ...extra };
  const error: JsonObject = { code, message: escapeTemplate(message ?? '') };
  if (details.length > 0 && areKnown) error.details = details.map((detail) => escapeTexts(detail as Json));
  return { error, ...extra };
}

/** The metadata that the application sent; values as templates. */
function readOwn(headers: readonly HeaderRecord[]): JsonObject {
  const own: Record<string, string> = {};
  for (const { name, value } of headers) {
    if (/^(:|grpc-|content-type$|date$)/.test(name)) continue;
    const before = Object.hasOwn(own, name) ? `${own[name]}${name.endsWith('-bin') ? ',' : ', '}` : '';
    own[name] = before + escapeTemplate(value);
  }
  return own;
}

function escapeTexts(value: Json): Json {
  if (typeof value === 'string') return escapeTemplate(value);
  if (Array.isArray(value)) return value.map(escapeTexts);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, escapeTexts(inner)]));
}
