import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { type Trade, TradeSchema } from '@streamlings/proto/streamlings/stock/v1/stock';
import { Journal } from './journal.ts';

/** A place where shares are traded, whether or not anybody listens. */
export interface Exchange {
  /** What is listed. */
  readonly symbols: readonly string[];
  /** Calls `listener` for each trade from now on, of all symbols, until the returned function is called. */
  subscribe(listener: (trade: Trade) => void): () => void;
  /**
   * Asks for the last trade of each of the symbols; one that was never traded is left out.
   *
   * The exchange looks at some moment between your question and its answer, and trading goes on all the time.
   */
  lastTrades(symbols: readonly string[]): Promise<Trade[]>;
  /** The book of all trades. */
  readonly journal: Pick<Journal, 'session' | 'latest' | 'read'>;
}

/** A question for last trades that a check answers by hand. */
export interface Question {
  symbols: readonly string[];
  /** Looks up what the answer will be. */
  look(): void;
  /** Sends what `look` has found. */
  answer(): void;
}

/** An exchange whose trades are made by a check or by the demo. */
export class Floor implements Exchange {
  readonly symbols: readonly string[];
  readonly journal: Journal;
  /** The questions for last trades so far, oldest first. */
  readonly questions: Question[] = [];
  /** Whether the questions that come from now on are left to `Question.look` and `Question.answer`. */
  isAnsweredByHand = false;
  readonly #last = new Map<string, Trade>();
  readonly #listeners = new Set<(trade: Trade) => void>();

  /** Opens with nothing traded; the journal keeps the latest `capacity` trades. */
  constructor(symbols: readonly string[], { capacity = 10_000, session = 'monday' } = {}) {
    this.symbols = symbols;
    this.journal = new Journal(session, capacity);
  }

  /** How many listeners are subscribed. */
  get listeners(): number {
    return this.#listeners.size;
  }

  /** Lets shares change hands: the journal has it, and all listeners hear of it, before this returns. */
  trade(symbol: string, priceCents = 10_000): Trade {
    const sequence = this.journal.latest + 1n;
    const tradeTime = timestampFromMs(Date.now());
    const trade = create(TradeSchema, { symbol, priceCents: BigInt(priceCents), sequence, tradeTime });
    this.#last.set(symbol, trade);
    this.journal.append(trade);
    for (const listener of [...this.#listeners]) listener(trade);
    return trade;
  }

  subscribe(listener: (trade: Trade) => void): () => void {
    const entry = (trade: Trade) => listener(trade);
    this.#listeners.add(entry);
    return () => {
      this.#listeners.delete(entry);
    };
  }

  lastTrades(symbols: readonly string[]): Promise<Trade[]> {
    const { promise, resolve } = Promise.withResolvers<Trade[]>();
    let found: Trade[] = [];
    const question: Question = {
      symbols,
      look: () => {
        found = symbols.map((symbol) => this.#last.get(symbol)).filter((trade) => trade !== undefined);
      },
      answer: () => resolve(found),
    };
    this.questions.push(question);
    if (!this.isAnsweredByHand) {
      // Even an exchange next door takes a turn of the event loop to look, and one to answer.
      setImmediate(() => {
        question.look();
        setImmediate(question.answer);
      });
    }
    return promise;
  }
}
