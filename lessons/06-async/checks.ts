import type { Client, ConnectRouter, ContextKey, Interceptor } from '@connectrpc/connect';
import { type Load, step, type World } from '@streamlings/grading';
import type { ServiceHandlers } from '@streamlings/grpc';
import type { Message, StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import { clientChecks } from './client-checks.ts';
import { interceptorsChecks } from './interceptors-checks.ts';
import { interopChecks } from './interop-checks.ts';
import { routesChecks } from './routes-checks.ts';

/** How Connect is told what a server answers. */
export type Routes = (router: ConnectRouter) => void;

/** A Connect client, and what it holds. */
export interface Dialed {
  client: Client<typeof StreamingService>;
  close(): void;
}

/** What is said about a call when it is over; the code 0 is OK. */
export interface CallReport {
  method: string;
  received: number;
  sent: number;
  code: number;
}

/** What the files of `src` export. */
export interface Exercise {
  routes: {
    routes(
      world: World,
      upstream: Client<typeof StreamingService>,
      inspect: (content: string) => Iterable<unknown>,
    ): Routes;
  };
  client: {
    dial(address: string): Dialed;
    take(dialed: Dialed, topic: string, count: number, world: World, signal: AbortSignal): Promise<Message[]>;
    gather(
      dialed: Dialed,
      topics: string[],
      options: { limit: number; timeoutMs: number },
    ): Promise<Message[][]>;
    converse(dialed: Dialed, topic: string, world: World): Promise<string[]>;
  };
  interceptors: {
    userKey: ContextKey<string>;
    logCalls(report: (call: CallReport) => void): Interceptor;
    authenticate(users: ReadonlyMap<string, string>): Interceptor;
    sendToken(token: string): Interceptor;
  };
  interop: {
    listen(routes: Routes): Promise<{ port: number; close(): Promise<void> }>;
    handlers(world: World): Pick<ServiceHandlers<typeof StreamingService>, 'bidirectionalStreaming'>;
    readAll(address: string, topic: string, world: World): Promise<Message[]>;
  };
}

export function checks(exercise: Load<Exercise>): void {
  step({ number: 1, title: 'Connect routes', file: 'src/routes.ts' }, () => routesChecks(exercise.routes));
  step({ number: 2, title: 'The client', file: 'src/client.ts' }, () => clientChecks(exercise.client));
  step({ number: 3, title: 'Interceptors', file: 'src/interceptors.ts' }, () =>
    interceptorsChecks(exercise.interceptors),
  );
  step({ number: 4, title: 'Two stacks', file: 'src/interop.ts' }, () => interopChecks(exercise.interop));
}
