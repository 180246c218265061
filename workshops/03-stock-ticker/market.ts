import { Floor } from './exchange.ts';

/** What is listed, and where prices begin, in cents. */
const OPENING = { ADA: 18_450, GRC: 7_320, LIN: 24_190, TUR: 9_780 };
/** How far a price moves at most, as a part of it. */
const MAX_MOVE = 0.01;

/** An exchange whose prices walk at random. */
export interface Market {
  floor: Floor;
  /** Lets one share change hands. */
  tick(): void;
}

/** Opens an exchange; `random` yields numbers from 0 up to 1. */
export function openMarket(random: () => number, options?: ConstructorParameters<typeof Floor>[1]): Market {
  const prices = new Map(Object.entries(OPENING));
  const symbols = [...prices.keys()];
  const floor = new Floor(symbols, options);
  const tick = () => {
    const symbol = symbols[Math.floor(random() * symbols.length)] ?? 'ADA';
    const price = Math.round((prices.get(symbol) ?? 0) * (1 + (2 * random() - 1) * MAX_MOVE));
    prices.set(symbol, price);
    floor.trade(symbol, price);
  };
  for (const [symbol, price] of prices) floor.trade(symbol, price);
  return { floor, tick };
}
