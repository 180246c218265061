import { ServerCredentials } from '@grpc/grpc-js';
import type { CheckContext, Load } from '@streamlings/grading';
import { type Dialed, dialServer } from '@streamlings/grading/connect';
import { FerryService } from '@streamlings/proto/streamlings/ferry/v1/ferry';
import type { Exercise } from './checks.ts';
import type { Timetable } from './src/timetable.ts';

/** Serves what the learner has written on a free port until the check is over. */
export async function serveFerry(
  { defer }: CheckContext,
  load: Load<Exercise>['server'],
  timetable: Timetable,
): Promise<Dialed<typeof FerryService>> {
  const { createServer } = await load();
  const server = createServer(timetable);
  defer(() => server.forceShutdown());
  const bound = Promise.withResolvers<number>();
  server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
    error ? bound.reject(error) : bound.resolve(port),
  );
  return dialServer({ defer }, FerryService, await bound.promise);
}
