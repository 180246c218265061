import { join } from 'node:path';
import { credentials, status } from '@grpc/grpc-js';
import { type CheckContext, check, fileOf, type Load, nameOf } from '@streamlings/grading';
import { createClient } from '@streamlings/grpc';
import { LogService } from '@streamlings/proto/streamlings/logs/v1/logs';
import { expect } from 'vitest';
import type { Exercise } from '../checks.ts';
import { entriesOf, nameOfResult, textsOf } from '../programs/batches.ts';
import type { FailedRun } from '../programs/fail.ts';
import { runProgram } from '../programs/run-program.ts';
import { makeFolder } from './journal-checks.ts';

/** How long a check may take that starts processes, which have to load grpc-js first. */
export const PROGRAM_LIMIT_MS = 10_000;

const COUNT = 3;
const MAX_STATEMENTS = 20;
/** How many batches are on their way at once. */
const MAX_WAITING = 3;

/** Declares the checks of `src/journal.ts` for which processes die. */
export function crashChecks(load: Load<Exercise>['journal']): void {
  check(
    'has a whole batch or nothing of it, wherever the process dies',
    {
      hints: {
        'W4-02':
          'The process was killed between two of your statements, and one of them has counted without the other. SQLite makes a transaction of its own of every statement that is not in one. Which statements must all have happened, or none?',
        'W4-03':
          'append() has called the batch kept, the process was killed right then, and the batch is gone. What was written and not committed belongs to the process. What is still open, or still in memory, when your promise resolves?',
      },
      otherwise:
        'A process of its own appends a batch and is killed before its first statement, another one before its second, and so on. What is in the file then, and what does it say when the batch comes again?',
      limitMs: PROGRAM_LIMIT_MS,
    },
    async (context) => {
      const { openJournal } = await load();
      const folder = await makeFolder(context);
      let found = textsOf(['first'], COUNT);
      let hasSaidKept = false;
      context.diagnose({
        'W4-03': () => found.length < COUNT || (hasSaidKept && found.length < 2 * COUNT),
        'W4-02': ({ label }) => /^(texts|whether)/.test(label),
      });
      for (let dieAt = 1; dieAt <= MAX_STATEMENTS && !hasSaidKept; dieAt++) {
        const path = join(folder, `${dieAt}.sqlite`);
        const program = runProgram(
          'append',
          { file: fileOf('journal'), path, dieAt, count: COUNT },
          context.defer,
        );
        const said = (await program.next()) as { isNew: boolean } | { diedAt: number } | undefined;
        await program.over;
        const fate = said ? 'was killed' : program.error || 'ended by itself';
        expect(fate, 'what became of the process').toBe('was killed');
        hasSaidKept = said !== undefined && 'isNew' in said;
        const where = hasSaidKept ? 'after the append' : `before statement ${dieAt} of the append`;
        const journal = openJournal(path);
        context.defer(() => journal.close());
        found = Array.from(journal.entries(), ({ text }) => text);
        const isKept = hasSaidKept || found.length > COUNT;
        const ids = isKept ? ['first', 'second'] : ['first'];
        expect(found, `texts in the file after a kill ${where}`).toEqual(textsOf(ids, COUNT));
        const isNew = await journal.append('second', entriesOf('second', COUNT));
        expect(isNew, `whether the batch is new that was cut off ${where}`).toBe(!isKept);
        found = Array.from(journal.entries(), ({ text }) => text);
        expect(found, `texts in the file when the batch came again after a kill ${where}`).toEqual(
          textsOf(['first', 'second'], COUNT),
        );
      }
    },
  );

  check(
    'goes on after a statement that failed, and has kept nothing of its batch',
    {
      hints: {
        'W4-06':
          'One statement has failed, and from then on every batch does: a transaction is open that nobody ends. An error in SQLite ends the statement, and not always the transaction. Which way out of your code leads past its end?',
        'W4-02':
          'append() has rejected, and something of its batch was kept: entries without their id, or the id alone. Which statements must all have happened, or none?',
        'L2-08':
          'A statement has failed, and append() says that all is well. Who has caught the failure, and who would have to hear of it?',
      },
      otherwise:
        'The disk is full at the first statement of an append, then at the second of another, and so on. What does `append` say, what to the next batch, and what when this one comes again?',
      limitMs: PROGRAM_LIMIT_MS,
    },
    async (context) => {
      await load();
      const folder = await makeFolder(context);
      const program = runProgram('fail', { file: fileOf('journal'), folder, count: COUNT }, context.defer);
      let run: FailedRun | undefined;
      let runs = 0;
      context.diagnose({
        'W4-06': () => run !== undefined && run.third !== 'true',
        'L2-08': () => run?.second === 'false' || (run?.second === 'true' && run.texts.length < 3 * COUNT),
        'W4-02': () => run !== undefined,
      });
      for (;;) {
        run = (await program.next()) as FailedRun | undefined;
        if (!run) break;
        runs++;
        const { failed, second, third, again, texts } = run;
        expect(
          third,
          `what \`append\` says to the batch behind the one whose statement ${failed} failed`,
        ).toBe('true');
        const isKept = second === 'true';
        expect(second, `what \`append\` says to a batch whose statement ${failed} failed`).not.toBe('false');
        const ids = isKept ? ['first', 'second', 'third'] : ['first', 'third', 'second'];
        expect(again, `what \`append\` says when that batch comes again`).toBe(String(!isKept));
        expect(texts, `texts in the file after statement ${failed} has failed`).toEqual(textsOf(ids, COUNT));
      }
      await program.over;
      expect(
        runs,
        `statements of \`append\` that were run${program.error && ` before ${program.error}`}`,
      ).toBeGreaterThan(0);
    },
  );

  check(
    'loses no acknowledged batch when the server is killed',
    {
      hints: {
        'W4-03':
          'The client has the answer to a batch, the server was killed, and the batch is gone. An answer is a promise for the time after a crash. What was still open, or still in memory, when `append` resolved?',
        'W4-01':
          'All batches were sent again under their ids, and something is in the file twice. Where does the new process look for the ids that the old one knew?',
      },
      otherwise:
        'Your server of step 2 with this journal is killed when the seventh of 20 batches is acknowledged, and started again with the same file. Everything is sent again, and once more. What should be in the file before, and after?',
      limitMs: PROGRAM_LIMIT_MS,
    },
    async (context) => {
      const { openJournal } = await load();
      const path = join(await makeFolder(context), 'logs.sqlite');
      const ids = Array.from({ length: 20 }, (_, at) => `batch-${at}`);
      const read = () => {
        const journal = openJournal(path);
        const texts = Array.from(journal.entries(), ({ text }) => text);
        journal.close();
        return texts;
      };
      let lost: string[] = [];
      let doubled = 0;
      context.diagnose({ 'W4-03': () => lost.length > 0, 'W4-01': () => doubled > 0 });

      const first = await startServer(context, path);
      const answered = await send(context, first.address, ids, (count) => count === 7 && first.kill());
      first.kill();
      await first.over;
      expect(
        answered.results.size,
        `batches answered before the kill (${answered.code})`,
      ).toBeGreaterThanOrEqual(7);
      expect([...new Set(answered.results.values())], 'what became of them').toEqual(['STORED']);
      const before = read();
      const acknowledged = textsOf([...answered.results.keys()], COUNT);
      lost = acknowledged.filter((text) => !before.includes(text));
      expect(lost, 'acknowledged entries that are not in the file after the kill').toEqual([]);

      const second = await startServer(context, path);
      const { results, code } = await send(context, second.address, ids);
      expect(code, 'status when all is sent again').toBe(nameOf(status.OK));
      expect(results.size, 'answers when all is sent again').toBe(ids.length);
      await send(context, second.address, ids);
      second.kill();
      await second.over;
      const after = read();
      doubled = after.length - new Set(after).size;
      expect(doubled, 'entries that are in the file more than once').toBe(0);
      expect(after.sort(), 'texts in the file in the end').toEqual(textsOf(ids, COUNT).sort());
    },
  );
}

/** Starts the learner's server in a process of its own. */
export async function startServer({ defer }: Pick<CheckContext, 'defer'>, path: string, dieAfter?: number) {
  const files = { collect: fileOf('collect'), journal: fileOf('journal') };
  const program = runProgram('server', { ...files, path, ...(dieAfter ? { dieAfter } : {}) }, defer);
  const said = (await program.next()) as { port: number } | undefined;
  if (!said) throw new Error(`the server did not start: ${program.error || 'it printed nothing'}`);
  return Object.assign(program, { port: said.port, address: `127.0.0.1:${said.port}` });
}

/** Sends batches and resolves with what was heard of them when the call is over. */
async function send(
  { defer }: CheckContext,
  address: string,
  ids: string[],
  onAnswer: (count: number) => void = () => {},
): Promise<{ results: Map<string, string>; code: string }> {
  const client = createClient(LogService, address, credentials.createInsecure());
  defer(() => client.close());
  const results = new Map<string, string>();
  const call = client.collectLogs();
  const unsent = [...ids];
  const sendNext = () => {
    const batchId = unsent.shift();
    if (batchId === undefined) call.end();
    else call.write({ batchId, entries: entriesOf(batchId, COUNT) });
  };
  for (let waiting = 0; waiting < MAX_WAITING; waiting++) sendNext();
  call.on('data', ({ batchId, result }) => {
    results.set(batchId, nameOfResult(result));
    onAnswer(results.size);
    sendNext();
  });
  const code = await new Promise<status>((resolve) => {
    call.on('error', (error: { code?: status }) => resolve(error.code ?? status.UNKNOWN));
    call.on('end', () => resolve(status.OK));
  });
  return { results, code: nameOf(code) };
}
