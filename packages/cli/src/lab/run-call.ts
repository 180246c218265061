import { setTimeout as delay } from 'node:timers/promises';
import { createRegistry } from '@bufbuild/protobuf';
import { createTap, type Tap, type Timeline } from '@streamlings/wire';
import { type ClientCall, readingOf, startCall } from './client-call.ts';
import type { LabJob, LabNews, LabReportInit } from './job.ts';
import { type LabLesson, labLessons } from './lessons.ts';
import type { Counts, Moment, Sighting } from './questions.ts';
import { describeCall } from './report.ts';
import { type ServerThread, startServer } from './server-thread.ts';
import { breakOnce, lastingFaults } from './tap-fault.ts';
import { WireLog } from './wire-log.ts';

/** How often the page hears of the wire. */
const PIECE_MS = 150;
/** Pieces without anything in them after which nothing moves any more. */
const STILL_PIECES = 10;
/** The longest that a call may last. */
const LIMIT_MS = 15_000;
/** Time in which a server that goes on after the end shows it. */
const AFTERMATH_MS = 250;

/**
 * Starts a server, calls it through a tap as a job says, and tells what passes on the wire; resolves with the report.
 *
 * @throws Error whose message is for people, if the server cannot be started.
 */
export async function runCall(job: LabJob, tell: (news: LabNews) => void): Promise<LabReportInit> {
  const { lesson: name, start, knobs } = job;
  const lesson = labLessons[name] as LabLesson;
  const isServersReading = lesson.reader === "the server's store";
  const server = await startServer(start, {
    messages: knobs.messages,
    bytes: knobs.bytes,
    reading: isServersReading ? readingOf(knobs) : { mode: 'at once' },
  });
  const wire = new WireLog();
  try {
    const tap = await createTap({
      target: { host: server.host, port: server.port },
      registry: createRegistry(lesson.method.parent),
      maxBytes: 16 * 1024 * 1024,
      maxMessageBytes: 2048,
      faults: lastingFaults(knobs),
      onEvent: wire.add,
    });
    try {
      return await callThrough(tap, { lesson, knobs, server, wire, tell });
    } finally {
      await tap[Symbol.asyncDispose]();
    }
  } finally {
    await server[Symbol.asyncDispose]();
  }
}

interface Setting {
  lesson: LabLesson;
  knobs: LabJob['knobs'];
  server: ServerThread;
  wire: WireLog;
  tell: (news: LabNews) => void;
}

async function callThrough(tap: Tap, { lesson, knobs, server, wire, tell }: Setting): Promise<LabReportInit> {
  const tapStartedMs = tap.timeline().startedAtMs;
  let hasBroken = false;
  const moments: Partial<Record<Moment, Sighting>> = {};
  const note = (moment: Moment): void => {
    const atMs = performance.timeOrigin + performance.now() - tapStartedMs;
    moments[moment] ??= { atMs, ...countAll(call, server, wire) };
  };
  wire.onHalfClose = () => note('half-close');
  wire.onMessage = () => {
    const passed = lesson.method.methodKind === 'client_streaming' ? wire.fromClient : wire.fromServer;
    if (passed === knobs.faultAfter) hasBroken = breakOnce(tap, knobs);
  };
  server.firstProduced.then(() => note('first produced'));

  const startedMs = performance.now();
  const call = startCall(lesson, tap.address, knobs, (position) => {
    if (position === 2) note('second read');
  });
  const pieces = setInterval(() => tell({ kind: 'wire', piece: wire.takePiece(tap) }), PIECE_MS);
  try {
    const stop = await Promise.race([call.status, untilStill(call, server, wire)]);
    const stillness = stop === 'still' || stop === 'limit' ? stop : undefined;
    const durationMs = (stillness ? wire.activeMs : performance.now()) - startedMs;
    let stillWire: Timeline | undefined;
    if (stillness) {
      note('end');
      tap.note('the lab', stillness === 'still' ? 'sees nothing move any more' : 'has seen enough');
      stillWire = tap.timeline();
      // A deadline ends the call by itself, and that is worth seeing.
      if (knobs.deadlineMs === 0 || stillness === 'limit') call.cancel();
    }
    const status = await call.status;
    await delay(AFTERMATH_MS);
    note('end');
    clearInterval(pieces);
    tell({ kind: 'wire', piece: wire.takePiece(tap) });
    return describeCall({
      lesson,
      knobs,
      moments,
      timeline: stillWire ?? tap.timeline(),
      status,
      durationMs,
      ending: { failure: server.failure, hasLeft: call.hasLeft, hasBroken, stillness },
    });
  } finally {
    clearInterval(pieces);
    call[Symbol.dispose]();
  }
}

function countAll(call: ClientCall, server: ServerThread, wire: WireLog): Counts {
  const { written, received } = call;
  const { fromClient, fromServer, streamUpdates } = wire;
  return { written, received, produced: server.produced, fromClient, fromServer, streamUpdates };
}

/**
 * Waits until nothing has happened for a while, or the call has lasted long enough. A server that has not said anything
 * yet may be on its way.
 */
async function untilStill(call: ClientCall, server: ServerThread, wire: WireLog): Promise<'still' | 'limit'> {
  const startedMs = performance.now();
  let last = '';
  for (let quiet = 0; performance.now() - startedMs < LIMIT_MS; quiet++) {
    await delay(PIECE_MS, undefined, { ref: false });
    const now = JSON.stringify([countAll(call, server, wire), wire.frames]);
    if (now !== last) wire.activeMs = performance.now();
    if (now !== last || !wire.hasServerSpoken) quiet = 0;
    last = now;
    // Counted and not timed: a machine with too much to do is not still.
    if (quiet >= STILL_PIECES) return 'still';
  }
  return 'limit';
}
