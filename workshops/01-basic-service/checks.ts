import type { Server } from '@grpc/grpc-js';
import { type Load, step } from '@streamlings/grading';
import { contractChecks } from './contract-checks.ts';
import { getDepartureChecks } from './get-departure-checks.ts';
import { listDeparturesChecks } from './list-departures-checks.ts';
import type { Timetable } from './src/timetable.ts';
import { toolsChecks } from './tools-checks.ts';

/** What the files of the learner export; the contract is read as it is. */
export interface Exercise {
  server: { createServer(timetable: Timetable): Server };
}

/** Declares the checks of workshop 01. */
export function checks({ server }: Load<Exercise>): void {
  const contract = 'proto/streamlings/ferry/v1/ferry.proto';
  const file = 'src/server.ts';
  step({ number: 1, title: 'The contract', file: contract }, contractChecks);
  step({ number: 2, title: 'GetDeparture', file }, () => getDepartureChecks(server));
  step({ number: 3, title: 'ListDepartures', file }, () => listDeparturesChecks(server));
  step({ number: 4, title: 'Health and reflection', file }, () => toolsChecks(server));
}
