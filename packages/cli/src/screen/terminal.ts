import { emitKeypressEvents, type Key } from 'node:readline';

/** A terminal in raw mode, which gets whole screens and gives keys. */
export interface Terminal extends Disposable {
  readonly width: number;
  /** How many lines of a screen can be seen at once; 0 if the terminal does not know. */
  readonly height: number;
  show(screen: string): void;
}

const hideCursor = '\x1b[?25l';
const showCursor = '\x1b[?25h';
const beginUpdate = '\x1b[?2026h';
const endUpdate = '\x1b[?2026l';
const clear = '\x1b[H\x1b[2J\x1b[3J';

/** For a terminal that does not know its own width. */
const defaultWidth = 80;

/** What the terminal tells. */
export interface TerminalEvents {
  onKey(key: string): void;
  onResize(): void;
}

/** Takes the terminal over; it is given back on disposal and however else the process ends. */
export function openTerminal(
  input: NodeJS.ReadStream,
  output: NodeJS.WriteStream,
  events: TerminalEvents,
): Terminal {
  const onKeypress = (_text: string | undefined, key: Key): void => {
    events.onKey(key.ctrl ? `ctrl-${key.name}` : (key.name ?? key.sequence ?? ''));
  };
  const restore = (): void => {
    input.setRawMode(false);
    output.write(showCursor);
  };
  emitKeypressEvents(input);
  input.setRawMode(true);
  input.on('keypress', onKeypress).resume();
  output.on('resize', events.onResize).write(hideCursor);
  process.once('exit', restore);
  return {
    get width() {
      return output.columns || defaultWidth;
    },
    get height() {
      // The cursor stands on a line of its own.
      return Math.max(0, (output.rows || 0) - 1);
    },
    show: (screen) => void output.write(`${beginUpdate}${clear}${screen}\n${endUpdate}`),
    [Symbol.dispose]: () => {
      process.off('exit', restore);
      input.off('keypress', onKeypress).pause();
      output.off('resize', events.onResize);
      restore();
    },
  };
}
