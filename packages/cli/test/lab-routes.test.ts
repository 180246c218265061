import { setImmediate as nextTurn } from 'node:timers/promises';
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { Code, createClient, createRouterTransport } from '@connectrpc/connect';
import {
  HubService,
  LabFault,
  type LabKnobs,
  LabKnobsSchema,
  LabReading,
  type LabReport,
  type RunLabRequestSchema,
} from '@streamlings/proto/streamlings/hub/v1/hub';
import type { Timeline } from '@streamlings/wire';
import { describe, expect, test } from 'vitest';
import { createLabRoutes } from '../src/hub/lab-routes.ts';
import { openHubClient } from './hub-client.ts';
import { copyLessons } from './lesson-copies.ts';

type Knobs = Omit<MessageInitShape<typeof LabKnobsSchema>, '$typeName' | '$unknown'>;

/** Serves the labs of lessons that are solved, or as they were in the beginning. */
async function openLab(lesson: string, { isSolved = true, lifeMs = 30_000 } = {}) {
  const copies = await copyLessons(lesson);
  if (isSolved) await copies.solve(lesson);
  const routes = createLabRoutes({ root: copies.root, lifeMs });
  const hub = createClient(
    HubService,
    createRouterTransport((router) => router.service(HubService, routes)),
  );
  const { lab } = await hub.getLab({ lesson });
  const initial = Object.fromEntries(lab?.knobs.map(({ name, initial: value }) => [name, value]) ?? []);
  const turn = (knobs: Knobs): LabKnobs =>
    create(LabKnobsSchema, { ...initial, reading: LabReading.AT_ONCE, ...knobs });
  return {
    copies,
    hub,
    lab,
    /** Calls the server, and collects what happens. */
    run: async (
      knobs: Knobs,
      request: Omit<MessageInitShape<typeof RunLabRequestSchema>, '$typeName'> = {},
    ) => {
      const pieces: Timeline[] = [];
      let output = '';
      let report: LabReport | undefined;
      for await (const { body } of hub.runLab({ lesson, knobs: turn(knobs), ...request })) {
        if (body.case === 'wire') pieces.push(body.value as unknown as Timeline);
        else if (body.case === 'output') output += body.value;
        else if (body.case === 'report') report = body.value;
      }
      const frames = pieces.flatMap((piece) => piece.frames);
      return { frames, pieces, output, report: report as LabReport };
    },
    turn,
    [Symbol.asyncDispose]: () => copies[Symbol.asyncDispose](),
  };
}

/** Resolves when there is no such process any more. */
async function untilGone(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await nextTurn();
  }
}

describe('a call of the lab', () => {
  test('of a server stream tells the wire frame by frame, and what came of it', async () => {
    await using lab = await openLab('lesson-02');
    const { frames, report } = await lab.run({ messages: 20 });
    expect(report).toMatchObject({ status: '0 OK', received: 20, produced: 20, measured: 20, written: 1 });
    expect(report.ending).toBe('The call ended by itself.');
    const orders = frames.map(({ order }) => order);
    expect(orders).toEqual(orders.map((_, index) => index));
    expect(frames.at(-1)).toMatchObject({ type: 'HEADERS', block: 'trailers' });
  });

  test('of a client stream counts what was on the wire when the store stood still', async () => {
    await using lab = await openLab('lesson-03');
    const { report } = await lab.run({ reading: LabReading.STOPS, reads: 3 });
    expect(report).toMatchObject({ status: '1 CANCELLED', produced: 3, received: 0 });
    expect(report.measured).toBeGreaterThan(3);
    expect(report.measured).toBeLessThan(100);
    expect(report.why).toContain('and 3 kept');
    expect(report.why).toContain('window had been used up since');
    expect(report.stalls.join()).toContain('The client had to wait for the stream window');
  });

  test('of a conversation cancels after as many answers as the knob says', async () => {
    await using lab = await openLab('lesson-04');
    const { report } = await lab.run({ cancelAfter: 5 });
    expect(report).toMatchObject({ status: '1 CANCELLED', received: 5 });
    expect(report.ending).toBe('The client cancelled after 5 messages.');
  });

  test('of pictures finds the archive read no further than the reader lets it', async () => {
    await using lab = await openLab('lesson-05');
    const { report } = await lab.run({ reading: LabReading.STOPS, reads: 1, messages: 400 });
    expect(report).toMatchObject({ status: '1 CANCELLED', received: 1, measured: report.produced });
    expect(report.produced).toBeLessThan(100);
    expect(report.why).toContain('and the server waited');
    const never = await lab.run({ reading: LabReading.STOPS, reads: 0, messages: 400 });
    expect(never.report).toMatchObject({ received: 0, produced: 400, measured: 400 });
  });

  test('of a server that is made with Connect reads one message in so many milliseconds', async () => {
    await using lab = await openLab('lesson-06');
    const { report } = await lab.run({ messages: 10, reading: LabReading.PACED, paceMs: 20 });
    expect(report).toMatchObject({ status: '0 OK', received: 10, produced: 10 });
    expect(report.durationMs).toBeGreaterThanOrEqual(9 * 20);
  });

  test('lets the deadline end a call that stands still', async () => {
    await using lab = await openLab('lesson-02');
    const { report } = await lab.run({ reading: LabReading.STOPS, deadlineMs: 4000 });
    expect(report).toMatchObject({ status: '4 DEADLINE_EXCEEDED', ending: 'The deadline was reached.' });
    expect(report.measured).toBe(200);
  });

  test.each([
    [LabFault.RESET, '13 INTERNAL', 'RST_STREAM'],
    [LabFault.GOAWAY, '0 OK', 'GOAWAY'],
  ])('breaks the wire with fault %s', async (fault, status, type) => {
    await using lab = await openLab('lesson-02');
    const { report, frames } = await lab.run({ fault, faultAfter: 2 });
    expect(report.status).toBe(status);
    expect(frames.some((frame) => frame.type === type && frame.injected)).toBe(true);
  });

  test('breaks the connection off', async () => {
    await using lab = await openLab('lesson-02');
    const { report, pieces } = await lab.run({
      fault: LabFault.DROP,
      faultAfter: 2,
      reading: LabReading.PACED,
    });
    expect(report.status).toBe('14 UNAVAILABLE');
    expect(pieces.at(-1)?.connections[0]?.error).toBe('dropped by the tap');
  });

  test('holds WINDOW_UPDATE back, cuts trailers, and delays', async () => {
    await using lab = await openLab('lesson-05');
    const held = await lab.run({ fault: LabFault.HOLD_WINDOW_UPDATES });
    expect(held.report).toMatchObject({ status: '1 CANCELLED' });
    expect(held.report.why).toMatch(/sent 65,535 bytes .* in 0 frames/);
    const cut = await lab.run({ fault: LabFault.CUT_TRAILERS, messages: 3 });
    expect(cut.report.status).not.toBe('0 OK');
    const late = await lab.run({ fault: LabFault.DELAY, delayMs: 200, messages: 3 });
    expect(late.report.status).toBe('0 OK');
    expect(late.report.durationMs).toBeGreaterThanOrEqual(400);
  });

  test('tells what the server prints, and why it cannot be called', async () => {
    await using lab = await openLab('lesson-02', { isSolved: false });
    const { report } = await lab.run({});
    expect(report).toMatchObject({ status: '12 UNIMPLEMENTED', measured: 0 });
    expect(report.details).toBe('ServerStreaming is not written yet');
    await lab.copies.write('lesson-02', 'src/server.ts', 'console.log("hello"); throw new Error("oh no");\n');
    await expect(lab.run({})).rejects.toThrow('The server has failed: oh no');
  });
});

describe('the process of a call', () => {
  const endless = `
    console.log('pid ' + process.pid);
    export const handlers = () => ({ serverStreaming: () => { for (;;) {} } });
  `;

  test('ends when the page leaves, whatever the code does', async () => {
    await using lab = await openLab('lesson-02');
    await lab.copies.write('lesson-02', 'src/server.ts', endless);
    const leaving = new AbortController();
    const pids: number[] = [];
    const reading = (async () => {
      const request = { lesson: 'lesson-02', knobs: lab.turn({}) };
      for await (const { body } of lab.hub.runLab(request, { signal: leaving.signal })) {
        if (body.case !== 'output') continue;
        pids.push(Number(/pid (\d+)/.exec(body.value)?.[1]));
        leaving.abort();
      }
    })();
    await expect(reading).rejects.toMatchObject({ code: Code.Canceled });
    await untilGone(pids[0] as number);
  });

  test('makes way for another call', async () => {
    await using lab = await openLab('lesson-02');
    await lab.copies.write('lesson-02', 'src/server.ts', endless);
    const request = { lesson: 'lesson-02', knobs: lab.turn({}) };
    const first = lab.hub.runLab(request)[Symbol.asyncIterator]();
    await first.next();
    const second = lab.hub.runLab(request)[Symbol.asyncIterator]();
    await second.next();
    await expect(
      (async () => {
        while (!(await first.next()).done);
      })(),
    ).rejects.toMatchObject({ code: Code.Aborted });
    await second.return?.();
  });

  test('ends when the hub is killed, and so does what the code has started', async () => {
    await using copies = await copyLessons('lesson-02');
    const starting = `
      import { spawn } from 'node:child_process';
      const { pid } = spawn(process.execPath, ['--eval', 'setInterval(() => {}, 1000)']);
      console.log('child ' + pid + ' of pid ' + process.pid);
    `;
    await copies.write('lesson-02', 'src/server.ts', starting + endless);
    await using client = await openHubClient(copies.root);
    const knobs = { messages: 1, bytes: 64, reading: LabReading.AT_ONCE, windowBytes: 65_535 };
    const news = client.hub.runLab({ lesson: 'lesson-02', knobs })[Symbol.asyncIterator]();
    let printed = '';
    while (!printed.includes('\n')) {
      const { value } = await news.next();
      if (value?.body.case === 'output') printed += value.body.value;
    }
    client.child.kill('SIGKILL');
    for (const [pid] of printed.matchAll(/\d+/g)) await untilGone(Number(pid));
    const rest = async () => {
      while (!(await news.next()).done);
    };
    await expect(rest()).rejects.toThrow();
  });

  test('lives no longer than it may', async () => {
    await using lab = await openLab('lesson-02', { lifeMs: 1500 });
    await lab.copies.write('lesson-02', 'src/server.ts', endless);
    const run = lab.run({ deadlineMs: 10_000 });
    await expect(run).rejects.toMatchObject({
      code: Code.DeadlineExceeded,
      rawMessage: 'the call was stopped after 1.5 seconds',
    });
  });
});

describe('what the lab refuses', () => {
  test('knobs out of their bounds, in a sentence', async () => {
    await using lab = await openLab('lesson-03');
    const sentences: Array<[Knobs, string]> = [
      [{ messages: 0 }, '`messages` is 0: give 1 to 1000.'],
      [{ bytes: 65_537 }, '`bytes` is 65537: give 64 to 65536.'],
      [{ windowBytes: 65_535 }, '`windowBytes` is 65535, and this call has no such knob: leave it out.'],
      [{ reading: LabReading.UNSPECIFIED }, '`reading` is 0: give 1, 2 or 3.'],
      [{ reading: LabReading.PACED, paceMs: 0 }, '`paceMs` is 0: give 1 to 1000.'],
      [{ deadlineMs: 10_001 }, '`deadlineMs` is 10001: give 0 to 10000.'],
      [
        { messages: 1000, bytes: 65_536 },
        '`messages` times `bytes` is 65536000: give less, 16777216 at most.',
      ],
    ];
    for (const [knobs, sentence] of sentences) {
      await expect(lab.run(knobs)).rejects.toMatchObject({
        code: Code.InvalidArgument,
        rawMessage: sentence,
      });
    }
  });

  test('nothing of the solution, which answers before the step is solved', async () => {
    await using lab = await openLab('lesson-02', { isSolved: false });
    const { report } = await lab.run({}, { callsSolution: true });
    expect(report).toMatchObject({ status: '0 OK', received: 200 });
  });

  test('lessons without a lab, and names that are none', async () => {
    await using copies = await copyLessons('lesson-01', 'lesson-02');
    const routes = createLabRoutes({ root: copies.root });
    const hub = createClient(
      HubService,
      createRouterTransport((router) => router.service(HubService, routes)),
    );
    expect((await hub.getLab({ lesson: 'lesson-01' })).lab).toBeUndefined();
    const run = async (lesson: string) => Array.fromAsync(hub.runLab({ lesson, knobs: {} }));
    await expect(run('lesson-01')).rejects.toMatchObject({ code: Code.NotFound });
    for (const name of ['..', '../lesson-02', '/etc', '']) {
      await expect(run(name)).rejects.toMatchObject({ code: Code.FailedPrecondition });
      await expect(hub.getLab({ lesson: name })).rejects.toMatchObject({ code: Code.FailedPrecondition });
    }
  });
});
