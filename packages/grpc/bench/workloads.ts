/** What a contender's client can do; each resolves when the whole workload is done. */
export interface BenchClient {
  unary(calls: number, concurrency: number): Promise<void>;
  serverStream(messages: number): Promise<void>;
  clientStream(messages: number): Promise<void>;
  pingPong(messages: number): Promise<void>;
  close(): void;
}

/** One way to write the same server and client. */
export interface Contender {
  name: string;
  /** The one workload to run, for a contender that takes too long in the others or tells nothing there. */
  onlyFor?: string;
  /** Starts a server and returns its port. */
  serve(): Promise<number>;
  connect(port: number): BenchClient;
}

export interface Workload {
  name: string;
  /** Calls or messages in one run. */
  count: number;
  /** Runs in one round: more of them, where they differ more. */
  runs: number;
  run(client: BenchClient, count: number): Promise<void>;
}

export const workloads: Workload[] = [
  { name: 'unary, 1 at a time', count: 1_500, runs: 3, run: (client, count) => client.unary(count, 1) },
  { name: 'unary, 50 at a time', count: 4_000, runs: 3, run: (client, count) => client.unary(count, 50) },
  { name: 'server streaming', count: 100_000, runs: 1, run: (client, count) => client.serverStream(count) },
  { name: 'client streaming', count: 100_000, runs: 1, run: (client, count) => client.clientStream(count) },
  { name: 'bidi ping-pong', count: 8_000, runs: 3, run: (client, count) => client.pingPong(count) },
];

/** Runs `calls` calls, `concurrency` of them at any time. */
export async function runConcurrently(
  calls: number,
  concurrency: number,
  call: () => Promise<unknown>,
): Promise<void> {
  let started = 0;
  const worker = async () => {
    while (started++ < calls) await call();
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
}

/** Fails the run where a contender lost messages. */
export function expectCount(actual: number, expected: number): void {
  if (actual !== expected) throw new Error(`expected ${expected} messages, got ${actual}`);
}
