import type { DescMethod, Message } from '@bufbuild/protobuf';
import { credentials, status } from '@grpc/grpc-js';
import { type AsyncCallOptions, createAsyncClient, StatusError } from '@streamlings/grpc';
import { Latencies } from './latencies.ts';

/** What to ask of a server, and how much of it. */
export interface LoadOptions {
  method: DescMethod;
  /** Where the server listens, as `host:port`. */
  address: string;
  /** The request, and each message of a request stream. */
  message: Message;
  /** How many messages a request stream has. */
  messages: number;
  /** How many calls run at any time. */
  streams: number;
  /** How many connections they share. */
  connections: number;
  /** After this time no call starts, and those that run are cut off. */
  durationMs: number;
  /** The deadline of each call; none if undefined. */
  timeoutMs?: number;
  /** Ends the load early. */
  signal?: AbortSignal;
}

/** What came of it. */
export interface LoadReport {
  elapsedMs: number;
  /** Calls that came to an end, by the name of their status. */
  statuses: Map<string, number>;
  /** Calls that were running when the time was up. */
  cutOff: number;
  /** One message of an error for each status that is not OK. */
  examples: Map<string, string>;
  sent: number;
  received: number;
  /** From the start of a call to its status, of calls that ended with OK. */
  durations: Latencies;
  /** From the start of a call to its first message, of response streams. */
  firstMessages: Latencies;
}

// biome-ignore lint/suspicious/noExplicitAny: the method is only known at run time
type AnyClient = Record<string, any> & Disposable;

/** Keeps calls running against a server. It holds counts and histograms only, however long it lasts. */
export async function runLoad(options: LoadOptions): Promise<LoadReport> {
  const report: LoadReport = {
    elapsedMs: 0,
    statuses: new Map(),
    cutOff: 0,
    examples: new Map(),
    sent: 0,
    received: 0,
    durations: new Latencies(),
    firstMessages: new Latencies(),
  };
  const clients = Array.from({ length: options.connections }, () => connect(options));
  const startedMs = performance.now();
  const over = AbortSignal.any([
    AbortSignal.timeout(options.durationMs),
    ...(options.signal ? [options.signal] : []),
  ]);
  const worker = async (client: AnyClient): Promise<void> => {
    while (!over.aborted) await makeCall(client, options, report, over);
  };
  const workers = Array.from({ length: options.streams }, (_, index) =>
    worker(clients[index % clients.length] as AnyClient),
  );
  try {
    await Promise.all(workers);
  } finally {
    for (const client of clients) client[Symbol.dispose]();
  }
  report.elapsedMs = performance.now() - startedMs;
  return report;
}

function connect({ method, address }: LoadOptions): AnyClient {
  // A pool of its own for each client, or all of them would share one connection.
  return createAsyncClient(method.parent, address, credentials.createInsecure(), {
    'grpc.use_local_subchannel_pool': 1,
  }) as unknown as AnyClient;
}

async function makeCall(
  client: AnyClient,
  options: LoadOptions,
  report: LoadReport,
  over: AbortSignal,
): Promise<void> {
  const { method, message, timeoutMs } = options;
  const startedMs = performance.now();
  const callOptions: AsyncCallOptions = {
    signal: over,
    ...(timeoutMs === undefined ? {} : { deadline: Date.now() + timeoutMs }),
  };
  const input = hasRequestStream(method) ? repeat(options, report) : message;
  if (!hasRequestStream(method)) report.sent++;
  try {
    const output = client[method.localName](input, callOptions);
    if (hasResponseStream(method)) await readAll(output, startedMs, report);
    else if (await output) report.received++;
    count(report, 'OK');
    report.durations.recordSince(startedMs);
  } catch (error) {
    if (over.aborted) report.cutOff++;
    else countError(report, error);
  }
}

async function readAll(messages: AsyncIterable<unknown>, startedMs: number, report: LoadReport) {
  let isFirst = true;
  for await (const _ of messages) {
    report.received++;
    if (isFirst) report.firstMessages.recordSince(startedMs);
    isFirst = false;
  }
}

function* repeat({ message, messages }: LoadOptions, report: LoadReport): Generator<Message> {
  for (let sent = 0; sent < messages; sent++) {
    report.sent++;
    yield message;
  }
}

function countError(report: LoadReport, error: unknown): void {
  const { code, details } = StatusError.from(error);
  const name = status[code] ?? String(code);
  count(report, name);
  if (!report.examples.has(name)) report.examples.set(name, details);
}

function count({ statuses }: LoadReport, name: string): void {
  statuses.set(name, (statuses.get(name) ?? 0) + 1);
}

function hasRequestStream({ methodKind }: DescMethod): boolean {
  return methodKind === 'client_streaming' || methodKind === 'bidi_streaming';
}

function hasResponseStream({ methodKind }: DescMethod): boolean {
  return methodKind === 'server_streaming' || methodKind === 'bidi_streaming';
}
