import { type Load, step } from '@streamlings/grading';
import { fixturesChecks } from './fixtures-checks.ts';
import { handlerChecks } from './handler-checks.ts';
import { serverChecks } from './server-checks.ts';
import type { FixturesSubject, HandlersSubject, RoutesSubject } from './servers/subjects.ts';
import { transportChecks } from './transport-checks.ts';

/** What the learner writes: suites of tests, each for whatever subject it is given. */
export interface Exercise {
  handler: { suite(subject: HandlersSubject): void };
  server: { suite(subject: HandlersSubject): void };
  transport: { suite(subject: RoutesSubject): void };
  fixtures: { suite(subject: FixturesSubject): void };
}

/** Declares the checks of lesson 07. They load no suite: each of its runs has a thread of its own. */
export function checks(_exercise: Load<Exercise>): void {
  step({ number: 1, title: 'UnaryCall, without a server', file: 'src/handler.ts' }, handlerChecks);
  step({ number: 2, title: 'Streams, over loopback', file: 'src/server.ts' }, serverChecks);
  step({ number: 3, title: 'Memory and wire', file: 'src/transport.ts' }, transportChecks);
  step({ number: 4, title: 'Fixtures', file: 'src/fixtures.ts' }, fixturesChecks);
}
