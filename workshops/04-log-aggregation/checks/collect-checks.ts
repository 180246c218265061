import { status } from '@grpc/grpc-js';
import { type CheckContext, check, type Load, nameOf, type Outcome } from '@streamlings/grading';
import type { RequestInit } from '@streamlings/grpc';
import {
  BatchResult,
  type CollectLogsResponse,
  LogService,
  Severity,
} from '@streamlings/proto/streamlings/logs/v1/logs';
import { expect } from 'vitest';
import type { Exercise } from '../checks.ts';
import { nameOfResult } from '../programs/batches.ts';
import { GatedJournal } from './gated-journal.ts';

type Batch = RequestInit<typeof LogService, 'collectLogs'>;

const MAX_APPENDS = 10;

/** Declares the checks of `src/collect.ts`. */
export function collectChecks(load: Load<Exercise>['collect']): void {
  const start = async ({ serve }: CheckContext) => {
    const { handlers } = await load();
    const journal = new GatedJournal();
    const server = await serve(LogService, handlers(journal));
    const open = () => {
      const call = server.client.collectLogs();
      const answers = server.read(call);
      const send = (...batches: Batch[]) => {
        for (const batch of batches) call.write(batch);
      };
      return { call, answers, send };
    };
    return { server, journal, open };
  };

  check(
    'answers every batch in order, and ends with OK',
    {
      hints: {
        'L4-01':
          'All batches were read and the call was destroyed before its status: leaving a `for await` over a duplex stream, also at its end, destroys both of its halves on this version of Node. Which way of reading leaves the stream as it is when the loop ends?',
        'L4-04':
          'The client has half-closed, which says that it has no more batches; it still reads. Answers that were due after that never left. What has to be over before you end your half?',
        'L2-03':
          'All answers are out, and the client waits for a status. Nothing that a handler returns ends a stream. What does?',
      },
      otherwise:
        'Three batches, the second under the id of the first, and the half-close at once. What does the journal say about each, and what does the client get?',
      environment: ['L4-01'],
    },
    async (context) => {
      const { server, journal, open } = await start(context);
      const { call, answers, send } = open();
      context.diagnose({
        'L4-01': () => server.calls.some(({ destroyed }) => destroyed),
        'L4-04': () => server.calls[0]?.errors.length === 0 && answers.received.length < 3,
        'L2-03': ({ symptom }) => symptom !== undefined && answers.received.length === 3,
      });
      send(batch('a', 2), batch('a', 1), batch('b', 3));
      call.end();
      const outcome = await answers.outcome;
      expect(nameOf(outcome.code), 'status').toBe(nameOf(status.OK));
      expect(answers.received.map(describe), 'answers').toEqual(['a STORED', 'a DUPLICATE', 'b STORED']);
      expect([...journal.kept.values()].flat(), 'texts in the journal').toEqual([
        'a-1',
        'a-2',
        'b-1',
        'b-2',
        'b-3',
      ]);
      const empty = open();
      empty.call.end();
      expect(nameOf((await empty.answers.outcome).code), 'status of a call without batches').toBe(
        nameOf(status.OK),
      );
    },
  );

  check(
    'answers a batch when it is kept: no sooner, and no later',
    {
      hints: {
        'L5-10':
          'The answer was out while the journal was still busy with the batch. A client forgets a batch when it has its answer. Whose word do you pass on, and have you heard it yet?',
        'L4-02':
          'The batch is kept, and the client waits for its answer before it sends another one. Your handler waits for more batches. Which of the two has to move first?',
      },
      otherwise:
        'The journal takes its time with one batch, and the client sends the next one only after the answer. When does each answer leave?',
    },
    async (context) => {
      const { server, journal, open } = await start(context);
      const { call, answers, send } = open();
      context.diagnose({
        'L5-10': ({ label }) => label.startsWith('answers before') && answers.received.length > 0,
        'L4-02': () => journal.kept.size > 0 && answers.received.length < journal.kept.size,
      });
      for (const id of ['a', 'b']) {
        const release = journal.hold();
        send(batch(id, 1));
        await Promise.race([journal.begun(id), answers.outcome]);
        await server.barrier(10);
        const { length } = answers.received;
        expect(length, 'answers before the journal has kept the batch').toBe(journal.kept.size);
        release();
        const answer = await answers.message(length + 1);
        expect(answer && describe(answer), 'the answer').toBe(`${id} STORED`);
      }
      call.end();
      expect(nameOf((await answers.outcome).code), 'status').toBe(nameOf(status.OK));
    },
  );

  check(
    'rejects a batch that is no good, and goes on with the next',
    {
      hints: {
        'L3-07':
          'One way to be wrong is to end the call and give up the batches behind, another is to keep what the contract forbids. Which of the two does your handler do? The batches of a call have nothing to do with each other: where does it say what became of one?',
      },
      otherwise:
        'No id, no entries, 501 entries, an entry without a time, one without a severity, one without a source; and a good batch behind each. What stands in the journal in the end?',
    },
    async (context) => {
      const { journal, open } = await start(context);
      const { call, answers, send } = open();
      let code: status | undefined;
      context.diagnose({ 'L3-07': () => code !== status.UNIMPLEMENTED });
      const good = batch('x', 2).entries;
      const bad: Record<string, Batch> = {
        'no id': { ...batch('', 1) },
        'no entries': { batchId: 'empty' },
        '501 entries': batch('large', 501),
        'an entry without a time': { batchId: 'when', entries: [...good, { ...good[0], time: undefined }] },
        'an entry without a severity': {
          batchId: 'bad',
          entries: [...good, { ...good[0], severity: Severity.UNSPECIFIED }],
        },
        'an entry without a source': { batchId: 'who', entries: [...good, { ...good[0], source: '' }] },
      };
      for (const [at, what] of Object.keys(bad).entries()) send(bad[what] as Batch, batch(`good-${at}`, 1));
      send(batch('full', 500));
      call.end();
      code = (await answers.outcome).code;
      expect(nameOf(code), 'status of a call with bad batches').toBe(nameOf(status.OK));
      const answerTo = (id = '') => answers.received.find(({ batchId }) => batchId === id);
      const resultOf = (id = '') => nameOfResult(answerTo(id)?.result ?? BatchResult.UNSPECIFIED);
      for (const [at, [what, { batchId }]] of Object.entries(bad).entries()) {
        expect(resultOf(batchId), `result of a batch with ${what}`).toBe('REJECTED');
        expect(answerTo(batchId)?.reason, `reason of a batch with ${what}`).not.toBe('');
        expect(resultOf(`good-${at}`), `result of the batch behind the one with ${what}`).toBe('STORED');
      }
      expect(resultOf('full'), 'result of a batch with 500 entries').toBe('STORED');
      const ids = ['good-0', 'good-1', 'good-2', 'good-3', 'good-4', 'good-5', 'full'];
      expect([...journal.kept.keys()].sort(), 'ids in the journal').toEqual(ids.sort());
    },
  );

  check(
    'has at most ten batches with the journal, and keeps the order of the answers',
    {
      hints: {
        'L6-10':
          'The journal has kept nothing yet, and your handler has given it more and more. A stream goes on delivering to a listener, be it async or not. Who tells it to stop, and when may it go on?',
        'L4-06':
          'The journal was quicker with a later batch, and that answer overtook the others. The client takes answers for batches in their order. What does an answer have to wait for, besides its own batch?',
      },
      otherwise:
        '60 batches arrive while the journal keeps none of them; then it keeps the latest first. How many does it have by then, and in which order are the answers?',
    },
    async (context) => {
      const { server, journal, open } = await start(context);
      const { call, answers, send } = open();
      context.diagnose({
        'L6-10': () => journal.maxPending > MAX_APPENDS,
        'L4-06': ({ label }) => label.startsWith('the order'),
      });
      const ids = Array.from({ length: 60 }, (_, at) => `batch-${at}`);
      journal.holdAll();
      send(...ids.map((id) => batch(id, 1)));
      call.end();
      await Promise.race([journal.begun('batch-0'), answers.outcome]);
      await server.barrier(40);
      expect(journal.maxPending, 'batches with a journal that has kept none').toBeLessThanOrEqual(
        MAX_APPENDS,
      );
      while (answers.received.length < ids.length && !(await isOver(answers.outcome))) {
        journal.releaseLatest();
        await server.barrier();
      }
      expect(nameOf((await answers.outcome).code), 'status').toBe(nameOf(status.OK));
      expect(journal.maxPending, 'batches with the journal').toBeLessThanOrEqual(MAX_APPENDS);
      const order = answers.received.map(({ batchId }) => batchId);
      expect(order.slice(0, 4), 'the order of the first answers').toEqual(ids.slice(0, 4));
      expect(order, 'the order of the answers').toEqual(ids);
    },
  );

  check(
    'ends with UNAVAILABLE when the journal fails, and answers nothing more',
    {
      hints: {
        'L6-09':
          'Two batches were with the journal, and it rejected the later one while your handler still waited for the earlier. At that moment nobody held the promise, and in a process of yours Node would end it here, with all its calls. Who listens to a promise whose turn has not come?',
        'L1-03':
          'Your handler is async and its promise was rejected, or something was thrown where nobody catches. grpc-js never looks at that promise, so the client waits on; a real server ends here. Where does the failure become a status?',
        'L4-01':
          'The journal has failed, and the call was destroyed before you could say so: a `for await` over a duplex stream that is left by an exception destroys both of its halves. Where is the exception caught, inside the loop or outside, and which way of reading leaves the stream alone?',
        'L1-07':
          'The client got another status than UNAVAILABLE. It has to know whether the same batch may fare better later: which codes say so?',
        'L2-08':
          'The journal has failed, and the call ended with OK, or the batch was answered as if something had become of it. Your client takes its batches for settled. What can you say about a batch of which you know nothing?',
        'L2-12':
          'The status was due, and your handler went on: with another batch, another answer or another status. What is a call after its status?',
        'L1-04':
          "The journal's own words went to the client. What may a stranger know about your server's insides?",
      },
      otherwise:
        'Two batches are kept, the third breaks the journal, two more follow. What may the client learn about each of the five? Later the journal has two batches, and breaks at the second before it has kept the first.',
      environment: ['L4-01'],
    },
    async (context) => {
      const { server, journal, open } = await start(context);
      const { call, answers, send } = open();
      const secret = 'disk /dev/sdb1 is damaged';
      let outcome: Outcome<CollectLogsResponse> | undefined;
      let isAhead = false;
      context.diagnose({
        'L6-09': ({ crash }) => crash !== undefined && isAhead,
        'L1-03': ({ crash }) =>
          crash !== undefined || server.calls.some(({ rejected }) => rejected.length > 0),
        'L4-01': ({ symptom }) => symptom === 'call destroyed without trailers',
        'L2-08': () => outcome?.code === status.OK || answers.received.length > 2,
        'L2-12': ({ label }) => /^(statuses|answers that)/.test(label),
        'L1-04': () => outcome?.details.includes(secret) === true || outcome?.code === status.UNKNOWN,
        'L1-07': () => outcome !== undefined && outcome.code !== status.UNAVAILABLE,
      });
      send(batch('a', 1), batch('b', 1));
      await Promise.race([answers.message(2), answers.outcome]);
      journal.failOn('c', secret);
      send(batch('c', 1), batch('d', 1), batch('e', 1));
      call.end();
      outcome = await answers.outcome;
      await server.barrier(10);
      expect(nameOf(outcome.code), 'status when the journal fails').toBe(nameOf(status.UNAVAILABLE));
      expect(outcome.details, 'details of the status').not.toContain(secret);
      expect(answers.received.map(describe), 'answers').toEqual(['a STORED', 'b STORED']);
      expect(server.calls[0]?.errors.length, 'statuses that the handler has sent').toBe(1);
      expect(server.calls[0]?.writes, 'answers that the handler has written').toBe(2);
      const next = open();
      next.send(batch('c', 1));
      next.call.end();
      expect(nameOf((await next.answers.outcome).code), 'status of the next call').toBe(nameOf(status.OK));

      isAhead = true;
      const release = journal.hold();
      journal.failOn('y', secret);
      const last = open();
      last.send(batch('x', 1), batch('y', 1));
      last.call.end();
      await Promise.race([journal.begun('x'), last.answers.outcome]);
      await server.barrier(10);
      while (!(await isOver(last.answers.outcome))) {
        journal.releaseLatest();
        await server.barrier();
      }
      release();
      outcome = await last.answers.outcome;
      await server.barrier(10);
      expect(nameOf(outcome.code), 'status when the journal fails at the later of two batches').toBe(
        nameOf(status.UNAVAILABLE),
      );
    },
  );
}

function batch(batchId: string, count: number) {
  const entries = Array.from({ length: count }, (_, at) => ({
    time: { seconds: 1_700_000_000n, nanos: at },
    severity: Severity.INFO,
    source: 'checkout',
    text: `${batchId}-${at + 1}`,
  }));
  return { batchId, entries };
}

function describe({ batchId, result }: CollectLogsResponse): string {
  return `${batchId} ${nameOfResult(result)}`;
}

async function isOver(outcome: Promise<unknown>): Promise<boolean> {
  const pending = Symbol('pending');
  return (await Promise.race([outcome, pending])) !== pending;
}
