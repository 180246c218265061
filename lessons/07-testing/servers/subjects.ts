import type { ConnectRouter } from '@connectrpc/connect';
import type { World } from '@streamlings/grading/world';
import type { Fixture } from './fixtures.ts';
import type { Handlers } from './right.ts';

/** What the suites of `src/handler.ts` and `src/server.ts` test. */
export interface HandlersSubject {
  handlers(world: World): Handlers;
}

/** What the suite of `src/transport.ts` tests. */
export interface RoutesSubject {
  routes(world: World): (router: ConnectRouter) => void;
}

/** A server that does one thing wrong. */
export interface Broken<Subject> {
  /** Its name in the table. */
  name: string;
  /** What it does. */
  breaks: string;
  /** What a test could ask, for who did not notice. */
  hint: string;
  subject: Subject;
}

/** What the suite of `src/fixtures.ts` tests: a server, by what fixtures say of it. */
export interface FixturesSubject extends HandlersSubject {
  fixtures: Fixture[];
}
