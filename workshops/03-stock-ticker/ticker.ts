import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock, Load } from '@streamlings/grading';
import { exemptLoopback } from '@streamlings/grading/loopback';
import type { Exercise } from './checks.ts';
import { drawSparkline } from './sparkline.ts';

/** Values that are kept for each symbol; no terminal is wider. */
const MAX_VALUES = 500;
const LABEL_WIDTH = 26;

/**
 * Keeps a book with the learner's client and shows it until Ctrl-C: in a terminal one line with a sparkline for each
 * symbol, elsewhere one line for each trade.
 */
export async function ticker(exercise: Load<Exercise>, args: string[]): Promise<void> {
  const [address = '', ...symbols] = args;
  if (!/^\S+:\d+$/.test(address)) {
    console.error('Say where the exchange is, and perhaps symbols: `start watch 127.0.0.1:50051 ADA LIN`.');
    process.exitCode = 2;
    return;
  }
  Object.assign(process.env, exemptLoopback(process.env));
  const { keepBook } = await exercise.client();
  const leaving = new AbortController();
  process.once('SIGINT', () => leaving.abort());
  const screen = process.stdout.isTTY ? createScreen(address) : createLog();
  const clock: Clock = {
    now: Date.now,
    // The only one who sleeps is a client that waits for its next attempt.
    sleep: async (ms, { signal } = {}) => {
      screen.say(`no line to ${address}, next attempt in ${ms / 1000} s`);
      await sleep(ms, undefined, signal && { signal });
      screen.say(`calls ${address}`);
    },
    every: (ms, tick) => {
      const timer = setInterval(tick, ms);
      return () => clearInterval(timer);
    },
  };
  const book = {
    onTrade: ({ symbol, priceCents }: { symbol: string; priceCents: bigint }) =>
      screen.add(symbol, Number(priceCents)),
    onGap: () => screen.addGap(),
  };
  try {
    await keepBook(address, symbols, book, { clock, signal: leaving.signal });
    screen.say('left');
  } catch (error) {
    screen.say(`gave up: ${(error as Error).message}`);
    process.exitCode = 1;
  }
}

interface Screen {
  add(symbol: string, cents: number): void;
  addGap(): void;
  say(sentence: string): void;
}

function createLog(): Screen {
  return {
    add: (symbol, cents) => console.log(`${symbol} ${format(cents)}`),
    addGap: () => console.log('trades may be missing here'),
    say: (sentence) => console.log(sentence),
  };
}

function createScreen(address: string): Screen {
  const { stdout } = process;
  const values = new Map<string, Array<number | undefined>>();
  let status = `watches ${address}, Ctrl-C leaves`;
  let isDue = false;
  let height = 0;
  const draw = () => {
    isDue = false;
    const width = Math.max(10, stdout.columns - LABEL_WIDTH);
    const lines = [...values].sort().map(([symbol, all]) => {
      const known = all.filter((value) => value !== undefined);
      const last = known.at(-1) ?? 0;
      const change = last - (known.at(-2) ?? last);
      const arrow = change > 0 ? '▲' : change < 0 ? '▼' : ' ';
      const label = `${symbol.padEnd(6)}${format(last).padStart(9)} ${arrow}${format(Math.abs(change)).padStart(6)}`;
      return label.padEnd(LABEL_WIDTH) + drawSparkline(all, width);
    });
    // Over what was drawn before, so that what stands above stays.
    if (height > 0) stdout.moveCursor(0, -height);
    stdout.cursorTo(0);
    stdout.clearScreenDown();
    stdout.write(`${[...lines, status.slice(0, stdout.columns)].join('\n')}\n`);
    height = lines.length + 1;
  };
  const drawSoon = () => {
    if (isDue) return;
    isDue = true;
    // Many trades at once, as after a cut, are one picture.
    setImmediate(draw);
  };
  const push = (all: Array<number | undefined>, value: number | undefined) => {
    all.push(value);
    if (all.length > MAX_VALUES) all.shift();
  };
  return {
    add: (symbol, cents) => {
      const all = values.get(symbol) ?? [];
      values.set(symbol, all);
      push(all, cents);
      status = `watches ${address}, Ctrl-C leaves`;
      drawSoon();
    },
    addGap: () => {
      for (const all of values.values()) push(all, undefined);
      drawSoon();
    },
    say: (sentence) => {
      status = sentence;
      drawSoon();
    },
  };
}

function format(cents: number): string {
  return (cents / 100).toFixed(2);
}
