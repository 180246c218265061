import { ServerCredentials } from '@grpc/grpc-js';
import type { Load } from '@streamlings/grading';
import type { Hosted } from '@streamlings/grading/demo';
import { Health } from '@streamlings/grpc/health';
import { FerryService } from '@streamlings/proto/streamlings/ferry/v1/ferry';
import type { Exercise } from './checks.ts';
import { exampleTimetable } from './src/timetable.ts';

/** Serves `src/server.ts` with the example timetable. */
export async function serve({ server }: Load<Exercise>): Promise<Hosted> {
  const { createServer } = await server();
  const created = createServer(exampleTimetable);
  const port = await new Promise<number>((resolve, reject) => {
    created.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return { services: [FerryService, Health], address: `127.0.0.1:${port}` };
}
