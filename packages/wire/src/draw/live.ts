import type { MessageRecord, StallRecord, TimelineEvent } from '../timeline.ts';
import { formatEvent, formatLiveRow, type TextOptions } from './text.ts';
import { extendRow, type FrameRow, isPlain, makeRow } from './timeline-rows.ts';

/** Stalls that end sooner are part of any busy stream, and not told; messages that follow sooner are told together. */
const patienceMs = 50;
/** So many messages of each side of a stream are told one by one. */
const firstMessages = 5;

/**
 * Makes a listener for a tap's `onEvent` that writes lines as things happen. A stall is written once it has lasted for
 * 50 ms. After the first five messages of a side of a stream, those that come within 50 ms become one line. The options
 * are asked for before each line, so that they may follow a terminal's width.
 */
export function createLivePrinter(
  write: (line: string) => void,
  findOptions: () => TextOptions = () => ({}),
): (event: TimelineEvent) => void {
  const stalls = new Map<string, ReturnType<typeof setTimeout>>();
  let run: { row: FrameRow; messages: MessageRecord[]; timer: ReturnType<typeof setTimeout> } | undefined;

  const flush = () => {
    if (!run) return;
    clearTimeout(run.timer);
    write(formatLiveRow(run.row, run.messages, findOptions()));
    run = undefined;
  };
  const print = (event: TimelineEvent) => {
    flush();
    for (const line of formatEvent(event, findOptions())) write(line);
  };
  const follow = (stall: StallRecord) => {
    const key = identify(stall);
    clearTimeout(stalls.get(key));
    stalls.delete(key);
    if (stall.endedMs !== undefined) return;
    const tell = () => {
      stalls.delete(key);
      print({ kind: 'stall', stall });
    };
    stalls.set(key, setTimeout(tell, patienceMs));
  };
  return (event) => {
    if (event.kind === 'stall') {
      follow(event.stall);
    } else if (event.kind !== 'frame' || !isPlain(event.frame) || isEarly(event.frame.messages)) {
      print(event);
    } else if (run && extendRow(run.row, event.frame)) {
      run.messages.push(...event.messages);
    } else {
      flush();
      const row = makeRow(event.frame);
      run = { row, messages: [...event.messages], timer: setTimeout(flush, patienceMs) };
    }
  };
}

function isEarly(messages: { last: number } | undefined): boolean {
  return messages !== undefined && messages.last <= firstMessages;
}

function identify({ connection, stream, sender, cause }: StallRecord): string {
  return `${connection} ${stream} ${sender} ${cause}`;
}
