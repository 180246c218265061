import type { StallRecord, TimelineEvent } from '../timeline.ts';
import { formatEvent, type TextOptions } from './text.ts';

/** Stalls that end sooner are part of any busy stream, and not told. */
const patienceMs = 50;

/**
 * Makes a listener for a tap's `onEvent` that writes lines as things happen. A stall is written once it has lasted for
 * 50 ms; the options are asked for before each line, so that they may follow a terminal's width.
 */
export function createLivePrinter(
  write: (line: string) => void,
  findOptions: () => TextOptions = () => ({}),
): (event: TimelineEvent) => void {
  const waiting = new Map<string, ReturnType<typeof setTimeout>>();
  const print = (event: TimelineEvent) => {
    for (const line of formatEvent(event, findOptions())) write(line);
  };
  return (event) => {
    if (event.kind !== 'stall') {
      print(event);
      return;
    }
    const key = identify(event.stall);
    clearTimeout(waiting.get(key));
    waiting.delete(key);
    if (event.stall.endedMs !== undefined) return;
    const tell = () => {
      waiting.delete(key);
      print(event);
    };
    waiting.set(key, setTimeout(tell, patienceMs));
  };
}

function identify({ connection, stream, sender, cause }: StallRecord): string {
  return `${connection} ${stream} ${sender} ${cause}`;
}
