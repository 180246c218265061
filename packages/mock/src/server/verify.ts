import { MessageType } from '../compile/message-type.ts';
import { compilePattern, matches, type PatternSource } from '../compile/pattern.ts';
import type { Catalog } from './catalog.ts';
import type { Journal, JournalEvent } from './journal.ts';

/** What is expected of the calls of one method. */
export interface Expectation {
  /** `package.Service/Method`. */
  method: string;
  /** Without a pattern calls are counted, with one the received messages that match it. */
  received?: PatternSource;
  /** Default 1 where there is no `atMost`, else 0. */
  atLeast?: number;
  /** Default: no limit. */
  atMost?: number;
}

/** What came of an expectation. */
export interface Verdict {
  met: boolean;
  count: number;
  /** Both in words. */
  text: string;
}

/**
 * Compares the journal with an expectation.
 *
 * @throws Error for a method or a pattern that does not exist
 */
export function verifyExpectation(expectation: Expectation, journal: Journal, catalog: Catalog): Verdict {
  const { received, atMost = Number.POSITIVE_INFINITY } = expectation;
  const { atLeast = expectation.atMost === undefined ? 1 : 0 } = expectation;
  const name = expectation.method.replace(/^\//, '');
  const known = catalog.find(`/${name}`);
  if (!known) throw new Error(`there is no method ${name}`);
  const streams = journal.streams.filter(({ method }) => method === name);
  const isWanted =
    received === undefined
      ? undefined
      : createFilter(received, new MessageType(known.method.input, catalog.registry));
  const count = isWanted
    ? streams.reduce((sum, { events }) => sum + [...events].filter(isWanted).length, 0)
    : streams.length;
  const met = count >= atLeast && count <= atMost;
  const shown = typeof received === 'string' ? received : JSON.stringify(received);
  const what = isWanted ? `messages that match \`${shown}\`` : 'calls';
  const wanted = `${atLeast}${atMost === Number.POSITIVE_INFINITY ? ' or more' : atMost === atLeast ? '' : ` to ${atMost}`}`;
  return { met, count, text: `${name}: expected ${wanted} ${what}, received ${count}` };
}

function createFilter(source: PatternSource, type: MessageType): (event: JournalEvent) => boolean {
  const pattern = compilePattern(source, type.desc);
  return (event) =>
    event.kind === 'received' && event.received !== undefined && matches(pattern, event.received);
}
