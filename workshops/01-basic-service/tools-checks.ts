import { credentials } from '@grpc/grpc-js';
import { type CheckContext, check, type Load } from '@streamlings/grading';
import { createAsyncClient, type StatusError } from '@streamlings/grpc';
import { Health, ServingStatus } from '@streamlings/grpc/health';
import { FerryService } from '@streamlings/proto/streamlings/ferry/v1/ferry';
import { expect } from 'vitest';
import type { Exercise } from './checks.ts';
import { type BufRun, runBuf } from './run-buf.ts';
import { createTimetable, makeSailings } from './scripted-timetable.ts';
import { serveFerry } from './serve-ferry.ts';

/** A check that runs a program. */
const limitMs = 10_000;

/** Declares the checks of what tools find out about the server. */
export function toolsChecks(load: Load<Exercise>['server']): void {
  const start = (context: CheckContext) => serveFerry(context, load, createTimetable(makeSailings(1)));

  check(
    'says through health that the server and FerryService are serving',
    {
      hints: {
        'W1-06':
          'The server as a whole says that it is well, and of FerryService it says nothing. A load balancer asks for the service that it sends calls to, by its full name. Who has told the health service about it?',
      },
      otherwise:
        'The client asks grpc.health.v1.Health twice: about the empty name, and about FerryService. What does it get?',
    },
    async (context) => {
      const { address } = await start(context);
      const client = createAsyncClient(Health, address, credentials.createInsecure());
      context.defer(() => client.close());
      const ask = (service: string): Promise<string> =>
        client.check({ service }).then(
          ({ status }) => (status === ServingStatus.SERVING ? 'SERVING' : `the status ${status}`),
          (error: StatusError) => error.message,
        );
      const server = await ask('');
      const ferry = await ask(FerryService.typeName);
      context.diagnose({ 'W1-06': () => server === 'SERVING' });
      expect(server, 'health of the server').toBe('SERVING');
      expect(ferry, 'health of FerryService').toBe('SERVING');
    },
  );

  check(
    'lists FerryService and Health by reflection',
    {
      limitMs,
      hints: {
        'W1-07':
          'Reflection tells what it was given, and does not look around by itself. What is on your server, and what of it does the list name?',
      },
      otherwise: '`buf curl --list-services` asks your server what it has. What does it know?',
    },
    async (context) => {
      const { ok, stdout, problems } = await curl(await start(context), '', '--list-services');
      const listed = stdout.split('\n');
      const missing = [FerryService, Health]
        .map(({ typeName }) => typeName)
        .filter((name) => !listed.includes(name));
      context.diagnose({ 'W1-07': () => ok });
      expect(problems, 'what `buf curl --list-services` complains about').toEqual([]);
      expect(missing, 'services that are not listed').toEqual([]);
    },
  );

  check(
    'answers buf curl, which knows the contract from the server alone',
    {
      limitMs,
      hints: {
        'W1-07':
          'A client without your contract asks the server for it, and did not find the method. Which descriptions did reflection get?',
      },
      otherwise:
        '`buf curl` asks for the departures to Juist, without any `.proto` file. What does it need to know?',
    },
    async (context) => {
      const path = `/${FerryService.typeName}/ListDepartures`;
      const { stdout, problems } = await curl(await start(context), path, '-d', '{"harbour": "Juist"}');
      context.diagnose({ 'W1-07': () => problems.length > 0 });
      expect(problems, 'what `buf curl` complains about').toEqual([]);
      expect(JSON.parse(stdout), 'what `buf curl` prints').toEqual({
        departure: {
          id: 'J1',
          harbour: 'Juist',
          departsAt: '2026-07-01T08:00:00Z',
          fareCents: '1450',
          state: 'DEPARTURE_STATE_ON_TIME',
        },
      });
    },
  );
}

/** Calls a server with the client of the buf tools, which is written in Go. */
function curl({ address }: { address: string }, path: string, ...flags: string[]): Promise<BufRun> {
  const args = [
    'curl',
    '--protocol',
    'grpc',
    '--http2-prior-knowledge',
    ...flags,
    `http://${address}${path}`,
  ];
  return runBuf(args, import.meta.dirname);
}
