import { createTap, type Tap, type Timeline } from '@streamlings/wire';
import { describeStall, formatTimeline } from '@streamlings/wire/draw';
import { withoutPings } from '../wire/ping.ts';
import { unpackSchema } from '../wire/schema.ts';
import type { LogLine } from '../world/event-log.ts';

/** How much each tap remembers. */
const MAX_BYTES = 2 * 2 ** 20;
/** How many notes are kept for taps to come. */
const MAX_NOTES = 1000;
/** The longest line, in characters; a terminal shortens it further. */
const MAX_WIDTH = 240;
/** How many notes that differ in numbers only are shown at each end of their row. */
const MAX_ALIKE = 2;
/** The longest excerpt, in lines. */
const MAX_LINES = 20;

/** The taps of one check, and what they saw until its verdict was certain. */
export class CheckWire {
  readonly #taps: Tap[] = [];
  readonly #notes: Note[] = [];
  #seen: Timeline[] | undefined;
  #closed = false;

  /** Puts a tap before a port of the loopback interface. */
  async open(port: number, schema: string): Promise<{ tap: number; address: string }> {
    // It comes from the learner's process, and in some checks from the learner.
    if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new Error(`${port} is no port`);
    const registry = unpackSchema(schema);
    const tap = await createTap({ target: { host: '127.0.0.1', port }, registry, maxBytes: MAX_BYTES });
    if (this.#closed) await tap.close();
    else this.#taps.push(tap);
    for (const note of this.#notes) noteOn(tap, note);
    return { tap: this.#taps.length - 1, address: tap.address };
  }

  /**
   * Puts what the harness saw between the frames.
   *
   * It is dated now: whoever saw a frame arrive tells so after it has passed here. The clocks of two processes would
   * often have it the other way round.
   */
  note({ subject, text }: LogLine): void {
    const note = { subject, text, atMs: performance.timeOrigin + performance.now() };
    this.#notes.push(note);
    if (this.#notes.length > MAX_NOTES) this.#notes.shift();
    for (const tap of this.#taps) noteOn(tap, note);
  }

  timeline(tap: number): Timeline | undefined {
    const timeline = this.#taps[tap]?.timeline();
    return timeline && withoutPings(timeline);
  }

  /** Keeps what was seen so far: what comes after is the check being cleared away. */
  freeze(): void {
    this.#seen ??= this.#taps.map((tap) => withoutPings(tap.timeline()));
  }

  /** What each tap had seen when {@link freeze} was called. */
  get timelines(): readonly Timeline[] {
    return this.#seen ?? [];
  }

  /** The latest lines before that moment. */
  excerpt(): string[] {
    const timelines = this.timelines.filter(({ connections }) => connections.length > 0);
    const heading = (at: number) =>
      timelines.length > 1 ? [`server ${at + 1} of the check, on a clock of its own`] : [];
    const maxRows = Math.floor(MAX_LINES / Math.max(1, timelines.length)) - heading(0).length;
    return timelines.flatMap((timeline, at) => {
      const stalled = timeline.stalls.some(isWindow);
      const omitTypes = ['SETTINGS', 'PING', ...(stalled ? [] : ['WINDOW_UPDATE'])];
      const rows = formatTimeline(
        { ...timeline, notes: thinOut(timeline.notes) },
        { omitTypes, maxRows, json: true, width: MAX_WIDTH },
      );
      return [...heading(at), ...rows];
    });
  }

  /** Who was held by which window at that moment, in sentences. */
  describeStalls(): string[] {
    return this.timelines.flatMap(({ stalls }) => {
      const lasting = stalls.filter((stall) => isWindow(stall) && stall.endedMs === undefined);
      const ofStreams = lasting.filter(({ cause }) => cause === 'stream-window');
      // Where both are used up, the stream's is the one that its reader can open again.
      const told = ofStreams.length > 0 ? ofStreams : lasting;
      return told.map((stall) => `On the wire, ${describeStall(stall)}.`);
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#taps.map((tap) => tap.close()));
  }
}

interface Note {
  subject: string;
  text: string;
  atMs: number;
}

function noteOn(tap: Tap, { subject, text, atMs }: Note): void {
  tap.note(subject, text, atMs);
}

/** Of notes that differ in numbers only, keeps the first and the latest ones. */
function thinOut(notes: readonly Note[]): Note[] {
  const alike = Map.groupBy(notes, ({ subject, text }) => `${subject} ${text.replace(/\d+/g, '#')}`);
  const kept = [...alike.values()].flatMap((run) => {
    const left = run.length - 2 * MAX_ALIKE;
    const next = run[MAX_ALIKE];
    if (left <= 1 || !next) return run;
    const gap = { ...next, text: `… (${left} more like this)` };
    return [...run.slice(0, MAX_ALIKE), gap, ...run.slice(-MAX_ALIKE)];
  });
  return kept.sort((a, b) => a.atMs - b.atMs);
}

function isWindow({ cause }: { cause: string }): boolean {
  return cause !== 'application';
}
