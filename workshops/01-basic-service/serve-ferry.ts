import { ServerCredentials } from '@grpc/grpc-js';
import type { CheckContext, Load } from '@streamlings/grading';
import { type Dialed, dialServer } from '@streamlings/grading/connect';
import { FerryService } from '@streamlings/proto/streamlings/ferry/v1/ferry';
import type { Exercise } from './checks.ts';
import type { Timetable } from './src/timetable.ts';

/** The learner's server, asked by a client of the contract that was agreed. */
export interface ServedFerry extends Dialed<typeof FerryService> {
  /** Resolves after so many round trips, which give both ends turns of the event loop to do what they are about to do. */
  barrier(rounds: number): Promise<void>;
}

/** Serves what the learner has written on a free port until the check is over. */
export async function serveFerry(
  { defer }: CheckContext,
  load: Load<Exercise>['server'],
  timetable: Timetable,
): Promise<ServedFerry> {
  const { createServer } = await load();
  const server = createServer(timetable);
  defer(() => server.forceShutdown());
  const bound = Promise.withResolvers<number>();
  server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
    error ? bound.reject(error) : bound.resolve(port),
  );
  const dialed = await dialServer({ defer }, FerryService, await bound.promise);
  const barrier = async (rounds: number): Promise<void> => {
    for (let round = 0; round < rounds; round++) await dialed.unary('getDeparture', { id: 'none' });
  };
  return { ...dialed, barrier };
}
