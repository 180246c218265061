import { createHash } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import { type CheckContext, type Controls, check, type Load, nameOf } from '@streamlings/grading';
import type { RequestInit } from '@streamlings/grpc';
import { UploadService } from '@streamlings/proto/streamlings/upload/v1/upload';
import { expect } from 'vitest';
import type { Exercise } from './checks.ts';
import { answersTo } from './server-checks.ts';

type Part = RequestInit<typeof UploadService, 'uploadFile'>;

const CHUNK_BYTES = 100;

/** Round trips in which a handler that does not wait for its store has read a dozen messages. */
const ROUNDS_TO_READ = 25;

/** Declares the checks of `src/upload.ts`. */
export function uploadChecks(load: Load<Exercise>['upload']): void {
  const start = async ({ world, serve }: CheckContext) => {
    const { handlers } = await load();
    const server = await serve(UploadService, handlers(world));
    const send = (parts: Part[]) => {
      const upload = server.upload('uploadFile');
      upload.send(...parts);
      return upload;
    };
    const finish = (parts: Part[]) => {
      const upload = send(parts);
      upload.halfClose();
      return upload.outcome;
    };
    return { server, send, finish };
  };

  check(
    'stores a finished file whole, however many chunks it has',
    {
      hints: {
        'L3-02':
          'The client has half-closed, and your handler has not heard of it: a stream comes to its `end` only when it has been read to there. Who reads your call?',
        'L3-09':
          'The call was answered a second time, and the two answers spoil each other. You may answer at the end marker or at the half-close. How does the second place know about the first?',
        'L3-13':
          'The file was accepted, but the store has fewer bytes than were sent. A batch is saved when it is full; the number of chunks is seldom a multiple of ten. What happens to the chunks that are left over?',
      },
      otherwise:
        'Files of 0, 1, 9, 10, 11 and 25 chunks, each with a correct end marker. Compare what the store holds with the comment on `handlers`.',
    },
    async (context) => {
      const { world, controls, diagnose } = context;
      const { server, finish } = await start(context);
      let stored = 0;
      let sent = 0;
      diagnose({
        'L3-02': ({ symptom }) => symptom === 'request stream not read',
        'L3-09': () => server.calls.some((call) => answersTo(call) > 1),
        'L3-13': () => stored < sent,
      });
      for (const count of [0, 1, 9, 10, 11, 25]) {
        const bytes = Buffer.from(world.random.bytes(count * CHUNK_BYTES));
        sent = bytes.length;
        stored = sent;
        const { code, message } = await finish([...chunksOf(bytes), endOf(bytes)]);
        expect(nameOf(code), `status of a file of ${count} chunks`).toBe(nameOf(status.OK));
        expect(message?.totalSize, `total_size of a file of ${count} chunks`).toBe(BigInt(sent));
        const batches = batchesOf(controls, message?.fileId ?? '');
        stored = Buffer.concat(batches).length;
        expect(stored, `bytes in the store of a file of ${count} chunks`).toBe(sent);
        expect(Buffer.concat(batches).equals(bytes), 'whether the stored bytes are the sent ones').toBe(true);
        expect(batches.length, `batches in the store of a file of ${count} chunks`).toBe(
          Math.ceil(count / 10),
        );
        expect(controls.store.entries.get(message?.fileId ?? ''), 'the entry `{file_id}`').toBe(
          sha256(bytes).toString('hex'),
        );
      }
      await server.barrier(5);
      for (const call of server.calls) {
        expect(answersTo(call), 'answers to each call').toBe(1);
      }
    },
  );

  check(
    'saves every ten chunks while the upload goes on',
    {
      hints: {
        'L3-05':
          'The client has sent 25 chunks and is not done; nothing is saved. Your handler holds the whole file. What would it hold of a film?',
      },
      otherwise:
        'The client sends 25 chunks and waits for two batches to be in the store before it goes on. What do you wait for?',
    },
    async (context) => {
      const { world, controls, diagnose } = context;
      const { server, send } = await start(context);
      const bytes = Buffer.from(world.random.bytes(25 * CHUNK_BYTES));
      diagnose({ 'L3-05': () => (server.calls[0]?.messagesRead ?? 0) >= 20 && controls.store.puts === 0 });
      const upload = send(chunksOf(bytes));
      await Promise.race([controls.store.stored(2), upload.outcome]);
      expect(controls.store.entries.size, 'batches in the store before the upload is done').toBe(2);
      upload.send(endOf(bytes));
      upload.halfClose();
      expect(nameOf((await upload.outcome).code), 'status of the whole file').toBe(nameOf(status.OK));
    },
  );

  check(
    'commits nothing of an upload that was abandoned',
    {
      hints: {
        'L3-04':
          'An upload that was broken off stands in the store as a finished file. `end`, or the end of a loop, says that nothing more will come. It comes also when the client has vanished, and it comes before `cancelled`. What can only a client that is done have sent?',
      },
      otherwise:
        'One client cancels after 3 chunks, one after 20, one half-closes without an end marker. How does your handler tell them from a client that is done?',
    },
    async (context) => {
      const { world, controls, diagnose } = context;
      const { server, send, finish } = await start(context);
      diagnose({ 'L3-04': () => committed(controls).length > 0 });
      const bytes = Buffer.from(world.random.bytes(20 * CHUNK_BYTES));
      for (const count of [3, 20]) {
        const calls = server.calls.length;
        const upload = send(chunksOf(bytes).slice(0, count));
        const call = await server.call(calls + 1);
        while (call.messagesRead < count && !upload.isOver) await server.barrier();
        await server.barrier(5);
        upload.cancel();
        await server.barrier(5);
        expect(committed(controls), `files committed after a cancel behind ${count} chunks`).toEqual([]);
      }
      const { code } = await finish(chunksOf(bytes));
      expect(committed(controls), 'files committed without an end marker').toEqual([]);
      expect(nameOf(code), 'status without an end marker').toBe(nameOf(status.INVALID_ARGUMENT));
    },
  );

  check(
    'refuses chunks out of place, and a file that its end marker does not describe',
    {
      hints: {
        'L3-11':
          'A damaged file was accepted. The stream delivers what the client wrote in the order in which it wrote it, and nothing says that the client wrote the right thing. Which facts about the file can your handler compute by itself, and with what can it compare them?',
      },
      otherwise:
        'A chunk is missing, a chunk comes twice, the size is wrong, the checksum is wrong, a request is empty. Which status says that the client has to change something?',
    },
    async (context) => {
      const { world, controls, diagnose } = context;
      const { server, finish } = await start(context);
      let code: status | undefined;
      diagnose({ 'L3-11': () => code === status.OK || committed(controls).length > 0 });
      const bytes = Buffer.from(world.random.bytes(5 * CHUNK_BYTES));
      const chunks = chunksOf(bytes);
      const gap = Buffer.concat([bytes.subarray(0, CHUNK_BYTES), bytes.subarray(2 * CHUNK_BYTES)]);
      const cases: Array<[what: string, parts: Part[]]> = [
        ['a chunk missing', [...chunks.filter((_, at) => at !== 1), endOf(gap)]],
        ['a chunk sent twice', [...chunks.slice(0, 2), ...chunks.slice(1), endOf(bytes)]],
        ['a size that is 1 too large', [...chunks, endOf(bytes, { totalSize: BigInt(bytes.length + 1) })]],
        ['a wrong checksum', [...chunks, endOf(bytes, { sha256: Buffer.alloc(32) })]],
        [
          'the first 4 bytes of its checksum',
          [...chunks, endOf(bytes, { sha256: sha256(bytes).subarray(0, 4) })],
        ],
        ['a request without a part', [...chunks, {}, endOf(bytes)]],
      ];
      for (const [what, parts] of cases) {
        code = (await finish(parts)).code;
        expect(nameOf(code), `status of a file with ${what}`).toBe(nameOf(status.INVALID_ARGUMENT));
        await server.barrier(5);
        expect(committed(controls), `files committed with ${what}`).toEqual([]);
      }
    },
  );

  check(
    'commits after the last batch is saved, and not at all if one fails',
    {
      hints: {
        'L3-03':
          'The file was committed while a batch was still on its way to the store. What was begun in a listener goes on by itself, and neither `end` nor your next line waits for it. How does the commit know that all batches are in?',
        'L3-08':
          'A batch failed where nobody catches: in a listener, or in a promise that was left to itself. A real server ends here. Who could turn this failure into a status?',
        'L3-09':
          'The call was answered twice. The chunks behind the failure, and the half-close, are still coming in. How does the rest of your handler learn that the answer is out?',
      },
      otherwise:
        'The store is slow, and then it breaks in the middle of a file. In which order are batches, commit and answer allowed to happen?',
    },
    async (context) => {
      const { world, controls, diagnose } = context;
      const { server, finish, send } = await start(context);
      const bytes = Buffer.from(world.random.bytes(11 * CHUNK_BYTES));
      diagnose({
        'L3-08': ({ crash }) => crash !== undefined,
        'L3-09': () => server.calls.some((call) => answersTo(call) > 1),
        'L3-03': () =>
          controls.store.puts > 2 ||
          committed(controls).length > 0 ||
          server.calls
            .slice(0, 1)
            .concat(server.calls.slice(2))
            .some((call) => call.answers.some(({ error }) => !error)),
      });
      const release = controls.store.hold();
      const slow = finish([...chunksOf(bytes), endOf(bytes)]);
      const { answers } = await server.call(1);
      await server.barrier(ROUNDS_TO_READ);
      expect(controls.store.puts, 'entries begun while no batch is saved').toBeLessThanOrEqual(2);
      expect(answers.length, 'answers while no batch is saved').toBe(0);
      release();
      expect(nameOf((await slow).code), 'status of a file on a slow store').toBe(nameOf(status.OK));
      const before = committed(controls);

      const upload = send(chunksOf(bytes));
      await Promise.race([controls.store.stored(4), upload.outcome]);
      controls.store.failNext('EIO', 'disk /dev/sdb1 is damaged');
      const releaseAgain = controls.store.hold();
      upload.send(endOf(bytes));
      upload.halfClose();
      await server.barrier(ROUNDS_TO_READ);
      releaseAgain();
      const { code } = await upload.outcome;
      await server.barrier(5);
      expect(answersTo(server.calls[1]), 'answers to an upload whose second batch fails').toBe(1);
      expect(nameOf(code), 'status of an upload whose second batch fails').toBe(nameOf(status.INTERNAL));
      expect(committed(controls), 'files committed').toEqual(before);

      const batch = bytes.subarray(0, 10 * CHUNK_BYTES);
      const last = send(chunksOf(batch));
      await Promise.race([controls.store.stored(5), last.outcome]);
      controls.store.failNext('EIO', 'disk /dev/sdb1 is damaged');
      const releaseCommit = controls.store.hold();
      last.send(endOf(batch));
      last.halfClose();
      await server.barrier(ROUNDS_TO_READ);
      expect(answersTo(server.calls[2]), 'answers before the entry `{file_id}` is saved').toBe(0);
      releaseCommit();
      const { code: lastCode } = await last.outcome;
      expect(nameOf(lastCode), 'status of an upload that could not be committed').toBe(
        nameOf(status.INTERNAL),
      );
    },
  );
}

function chunksOf(bytes: Buffer): Part[] {
  return Array.from({ length: bytes.length / CHUNK_BYTES }, (_, at) => {
    const offset = at * CHUNK_BYTES;
    const value = { data: bytes.subarray(offset, offset + CHUNK_BYTES), offset: BigInt(offset) };
    return { part: { case: 'chunk', value } };
  });
}

function endOf(bytes: Buffer, changes: { totalSize?: bigint; sha256?: Uint8Array } = {}): Part {
  const value = { totalSize: BigInt(bytes.length), sha256: sha256(bytes) };
  return { part: { case: 'end', value: { ...value, ...changes } } };
}

function sha256(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}

/** The batches of a file, in order. */
function batchesOf({ store }: Controls, fileId: string): Buffer[] {
  const batches: Buffer[] = [];
  for (;;) {
    const batch = store.entries.get(`${fileId}/${batches.length + 1}`);
    if (batch === undefined) return batches;
    batches.push(Buffer.from(batch, 'base64'));
  }
}

/** The ids of the files that stand in the store as finished. */
function committed({ store }: Controls): string[] {
  return [...store.entries.keys()].filter((key) => !key.includes('/'));
}
