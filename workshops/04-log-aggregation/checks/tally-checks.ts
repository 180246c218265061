import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { create } from '@bufbuild/protobuf';
import { status } from '@grpc/grpc-js';
import { type CheckContext, check, type Load, nameOf, type Outcome } from '@streamlings/grading';
import type { RequestInit } from '@streamlings/grpc';
import {
  type LogEntry,
  LogEntrySchema,
  LogService,
  Severity,
  type SummarizeLogsResponse,
  SummarizeLogsResponseSchema,
} from '@streamlings/proto/streamlings/logs/v1/logs';
import { expect } from 'vitest';
import type { Exercise } from '../checks.ts';

type Entry = RequestInit<typeof LogService, 'summarizeLogs'>;

const FIGURES = [
  'entryCount',
  'warningCount',
  'errorCount',
  'firstTime',
  'lastTime',
  'entriesBySource',
  'otherEntryCount',
] as const;
const SOURCES = 100;
/** Enough of them for one number each to stand out from what else a heap does. */
const MANY = 200_000;
/** A third of what one number for each of `MANY` entries takes. */
const MAX_GROWTH_BYTES = 512 * 1024;

/** Declares the checks of `src/tally.ts`. */
export function tallyChecks(load: Load<Exercise>['tally']): void {
  /** Serves the handler, and keeps weak references to the messages that it gets. */
  const start = async ({ serve }: CheckContext) => {
    const { createTally, handlers } = await load();
    const messages: WeakRef<LogEntry>[] = [];
    const { summarizeLogs } = handlers();
    const server = await serve(LogService, {
      summarizeLogs: (call, callback) => {
        const { push } = call;
        call.push = function (message: LogEntry | null, ...rest) {
          if (message) messages.push(new WeakRef(message));
          return Reflect.apply(push, this, [message, ...rest]);
        };
        return summarizeLogs(call, callback);
      },
    });
    const summarize = (entries: Entry[]) => {
      const upload = server.upload('summarizeLogs');
      upload.send(...entries);
      upload.halfClose();
      return upload.outcome;
    };
    return { server, createTally, messages, summarize };
  };

  check(
    'answers with figures about all entries, be there none',
    {
      hints: {
        'L3-02':
          'The client has half-closed, and your handler has not heard of it: a stream comes to its `end` only when it has been read to there. Who reads your call, also when nothing is in it?',
        'L1-11':
          'One of the entries took 0 ms and others were not timed at all; your figures take the one for the other. Which values does an `optional` field have, and which of them are falsy?',
      },
      otherwise:
        'Three calls: one without entries, one with a single entry, one with five of three sources that are not in the order of their times. Compare the answer with the comments in logs.proto, field by field. INTERNAL means that your answer could not be turned into bytes: one of those sources has a name that every object of the language knows.',
    },
    async (context) => {
      const { server, summarize } = await start(context);
      let answer: SummarizeLogsResponse | undefined;
      context.diagnose({
        'L3-02': ({ symptom }) => symptom === 'request stream not read' && server.calls.length > 0,
        'L1-11': () => answer?.entryCount === 5n && answer.durations?.count !== 3n,
      });
      answer = ok(await summarize([]));
      expectSummary(answer, {}, 'a call without entries');
      const single = entry(10, Severity.INFO, 'checkout', 3);
      answer = ok(await summarize([single]));
      expectSummary(
        answer,
        {
          entryCount: 1n,
          firstTime: { seconds: 10n },
          lastTime: { seconds: 10n },
          entriesBySource: { checkout: 1n },
          durations: { count: 1n, minMs: 3, maxMs: 3, meanMs: 3, deviationMs: 0 },
        },
        'a call with one entry',
      );
      const entries = [
        entry(20, Severity.ERROR, 'checkout', 0),
        { ...entry(10, Severity.INFO, 'search'), time: { seconds: 10n, nanos: 2 } },
        { ...entry(10, Severity.WARNING, 'search', 6), time: { seconds: 10n, nanos: 1 } },
        entry(40, Severity.WARNING, 'constructor'),
        entry(30, Severity.DEBUG, 'checkout', 3),
      ];
      answer = ok(await summarize(entries));
      expectSummary(
        answer,
        {
          entryCount: 5n,
          warningCount: 2n,
          errorCount: 1n,
          firstTime: { seconds: 10n, nanos: 1 },
          lastTime: { seconds: 40n },
          entriesBySource: { checkout: 2n, search: 2n, constructor: 1n },
          durations: { count: 3n, minMs: 0, maxMs: 6, meanMs: 3, deviationMs: Math.sqrt(6) },
        },
        'a call with five entries',
      );
    },
  );

  check(
    'keeps the figures of two calls apart',
    {
      hints: {
        'L3-14':
          'Two calls take turns, and each answer counts entries of the other call. What is made once for a module, or once for all handlers, is there once for all calls. When does a call begin to have figures of its own?',
      },
      otherwise: 'Two clients send in turns, three entries and two. What does each of them get?',
    },
    async (context) => {
      const { server } = await start(context);
      const outcomes: Outcome<SummarizeLogsResponse>[] = [];
      context.diagnose({ 'L3-14': () => outcomes.length > 0 && outcomes[0]?.code === status.OK });
      const ada = server.upload('summarizeLogs');
      const grace = server.upload('summarizeLogs');
      const readBy = async (count: number) => {
        const read = () => server.calls.reduce((sum, { messagesRead }) => sum + messagesRead, 0);
        while (read() < count && !ada.isOver && !grace.isOver) await server.barrier();
      };
      for (const [position, upload] of [ada, grace, ada, grace, ada].entries()) {
        upload.send(entry(10, Severity.INFO, upload === ada ? 'ada' : 'grace', 1));
        await readBy(position + 1);
      }
      ada.halfClose();
      outcomes.push(await ada.outcome);
      grace.halfClose();
      outcomes.push(await grace.outcome);
      expect(
        outcomes.map((outcome) => ok(outcome).entriesBySource),
        'entries_by_source of the calls',
      ).toEqual([{ ada: 3n }, { grace: 2n }]);
    },
  );

  check(
    'is right about durations that are large and close together',
    {
      hints: {
        'W4-07':
          'The mean is right, and the deviation is far off. A double has 16 digits. Where two numbers agree in the first 15, what is left of their difference, and how large do your sums get?',
      },
      otherwise:
        'Four durations near 1,000,000,000 ms, then the same four with 0.1 ms between them. What are mean and deviation?',
    },
    async (context) => {
      const { summarize } = await start(context);
      let answer: SummarizeLogsResponse | undefined;
      context.diagnose({
        'W4-07': ({ label }) => label.startsWith('deviation_ms') && answer?.durations?.count === 4n,
      });
      for (const unit of [1, 0.1]) {
        const durations = [4, 7, 13, 16].map((offset) => 1e9 + offset * unit);
        answer = ok(await summarize(durations.map((ms) => entry(10, Severity.INFO, 'batch', ms))));
        const { meanMs, deviationMs } = answer.durations ?? {};
        expect(meanMs, 'mean_ms').toBeCloseTo(1e9 + 10 * unit, 3);
        expect(deviationMs, 'deviation_ms').toBeCloseTo(Math.sqrt(22.5) * unit, 3);
      }
    },
  );

  check(
    'names a hundred sources, and counts the others together',
    {
      hints: {
        'W4-08':
          'A client has sent 150 names of sources, and your answer has more than 100 of them. Each name is a key in your memory, and the client chooses it. What bounds the number of keys?',
      },
      otherwise:
        '150 sources, two entries from each, in turns. Which of them are counted by name, and what happens to the second entries?',
    },
    async (context) => {
      const { summarize } = await start(context);
      let answer: SummarizeLogsResponse | undefined;
      context.diagnose({ 'W4-08': () => Object.keys(answer?.entriesBySource ?? {}).length > SOURCES });
      const names = Array.from({ length: 150 }, (_, at) => `source-${at}`);
      const entries = [...names, ...names].map((name) => entry(10, Severity.INFO, name));
      answer = ok(await summarize(entries));
      const named = Object.fromEntries(names.slice(0, SOURCES).map((name) => [name, 2n]));
      expect(answer.entriesBySource, 'entries_by_source').toEqual(named);
      expect(answer.otherEntryCount, 'other_entry_count').toBe(100n);
      expect(answer.entryCount, 'entry_count').toBe(300n);
    },
  );

  check(
    'remembers as much after many entries as after a few',
    {
      hints: {
        'L3-05':
          'What your program holds has grown with every entry, be it the whole entry or one number of it. An average of a billion durations takes two numbers. Which figures do you compute at the end, from what, and can each be brought up to date with one entry in hand?',
      },
      otherwise:
        'First 1000 entries over a call that stays open, then 200,000 handed to `createTally()`. What is still in memory after a garbage collection, besides the figures?',
    },
    async (context) => {
      const { server, createTally, messages } = await start(context);
      let isCounted = false;
      context.diagnose({ 'L3-05': () => isCounted });
      const upload = server.upload('summarizeLogs');
      upload.send(
        ...Array.from({ length: 1000 }, (_, at) => ({
          ...entry(at, Severity.INFO, 'a', at),
          text: 'x'.repeat(100),
        })),
      );
      const call = await server.call(1);
      while (call.messagesRead < 1000 && !upload.isOver) await server.barrier();
      await server.barrier(5);
      isCounted = call.messagesRead === 1000;
      await collectGarbage();
      const held = messages.filter((message) => message.deref() !== undefined).length;
      // The latest message may still be in the hands of a loop or of the call.
      expect(held, 'entries in memory, of 1000 that were read').toBeLessThanOrEqual(32);
      upload.halfClose();
      expect(ok(await upload.outcome).entryCount, 'entry_count').toBe(1000n);

      const tally = createTally();
      const count = () => {
        for (let at = 0; at < MANY; at++) tally.add(countable(at));
      };
      // What compilers and caches keep belongs to the first round.
      count();
      const before = await heapAfterCollection();
      count();
      const growth = (await heapAfterCollection()) - before;
      expect(growth, `bytes by which ${MANY} further entries made the tally grow`).toBeLessThan(
        MAX_GROWTH_BYTES,
      );
      const { entryCount } = create(SummarizeLogsResponseSchema, tally.summary());
      expect(entryCount, 'entry_count of the tally').toBe(BigInt(2 * MANY));
    },
  );
}

function entry(second: number, severity: Severity, source: string, durationMs?: number) {
  const timed = durationMs === undefined ? {} : { durationMs };
  return { time: { seconds: BigInt(second), nanos: 0 }, severity, source, text: 'something', ...timed };
}

const template = create(LogEntrySchema, entry(1, Severity.INFO, 'a'));

function countable(at: number): LogEntry {
  return { ...template, durationMs: at + 0.5 };
}

function ok(outcome: Outcome<SummarizeLogsResponse>): SummarizeLogsResponse {
  expect(nameOf(outcome.code), 'status').toBe(nameOf(status.OK));
  return outcome.message as SummarizeLogsResponse;
}

function expectSummary(
  answer: SummarizeLogsResponse,
  expected: Parameters<typeof create<typeof SummarizeLogsResponseSchema>>[1],
  what: string,
): void {
  const figures = create(SummarizeLogsResponseSchema, expected);
  for (const field of FIGURES) expect(answer[field], `\`${field}\` of ${what}`).toEqual(figures[field]);
  const { durations } = figures;
  const { durations: found } = answer;
  expect(found === undefined, `whether \`durations\` is unset for ${what}`).toBe(durations === undefined);
  if (!found || !durations) return;
  expect(found.count, `\`durations.count\` of ${what}`).toBe(durations.count);
  for (const field of ['minMs', 'maxMs', 'meanMs', 'deviationMs'] as const) {
    expect(found[field], `\`durations.${field}\` of ${what}`).toBeCloseTo(durations[field], 6);
  }
}

/** Collects all garbage, of the last turn of the event loop, too. */
async function collectGarbage(): Promise<void> {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  for (let round = 0; round < 3; round++) {
    await new Promise((resolve) => setImmediate(resolve));
    collect();
  }
}

async function heapAfterCollection(): Promise<number> {
  await collectGarbage();
  return process.memoryUsage().heapUsed;
}
