import { type ServerDuplexStream, status } from '@grpc/grpc-js';
import type { CheckContext, Served } from '@streamlings/grading';
import {
  BatchResult,
  type CollectLogsRequest,
  type CollectLogsResponse,
  LogService,
} from '@streamlings/proto/streamlings/logs/v1/logs';

type Call = ServerDuplexStream<CollectLogsRequest, Partial<CollectLogsResponse>>;

/** One call of a shipper, answered by hand. */
export class Attempt {
  /** The batches that have arrived. */
  readonly batches: CollectLogsRequest[] = [];
  /** Whether the shipper has half-closed. */
  isComplete = false;
  readonly #call: Call;
  #answered = 0;
  #waiters: Array<() => void> = [];

  constructor(call: Call) {
    this.#call = call;
    call.on('data', (batch: CollectLogsRequest) => {
      this.batches.push(batch);
      this.#wake();
    });
    call.on('end', () => {
      this.isComplete = true;
      this.#wake();
    });
    call.on('error', () => {});
  }

  /** Resolves when so many batches have arrived, or when no more will. */
  async arrived(count: number): Promise<void> {
    while (this.batches.length < count && !this.isComplete) {
      await new Promise<void>((resolve) => this.#waiters.push(resolve));
    }
  }

  /** Answers the next batches. */
  answer(...results: BatchResult[]): void {
    for (const result of results) {
      const batchId = this.batches[this.#answered++]?.batchId ?? '';
      const reason =
        result === BatchResult.REJECTED ? `${batchId.length > 0 ? 'a' : 'no'} batch, refused` : '';
      this.#call.write({ batchId, result, reason });
    }
  }

  /** Answers what has not been answered, and ends the call with OK after the half-close. */
  async accept(): Promise<void> {
    for (let count = this.#answered + 1; ; count++) {
      await this.arrived(count);
      if (this.batches.length < count) break;
      this.answer(BatchResult.STORED);
    }
    this.#call.end();
  }

  /** Ends the call with a status. */
  fail(code: status): void {
    this.#call.emit('error', { code, details: status[code] });
  }

  #wake(): void {
    for (const resolve of this.#waiters.splice(0)) resolve();
  }
}

/** A server whose calls are answered by the check. */
export interface LogHouse {
  server: Served<typeof LogService>;
  /** Resolves with the attempt of that number, counted from 1. */
  attempt(position: number): Promise<Attempt>;
  /** How many attempts there were. */
  readonly attempts: number;
}

/** Serves `CollectLogs`; a batch gets its answer from the check. */
export async function openLogHouse({ serve }: Pick<CheckContext, 'serve'>): Promise<LogHouse> {
  const attempts: Attempt[] = [];
  const server: Served<typeof LogService> = await serve(LogService, {
    collectLogs: (call) => {
      attempts.push(new Attempt(call));
    },
  });
  return {
    server,
    get attempts() {
      return attempts.length;
    },
    attempt: async (position) => {
      await server.call(position);
      return attempts[position - 1] as Attempt;
    },
  };
}
