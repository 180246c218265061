import { type Load, step, type World } from '@streamlings/grading';
import type { ServiceHandlers } from '@streamlings/grpc';
import type { Message, StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import { clientChecks } from './client-checks.ts';
import { serverChecks } from './server-checks.ts';

/** A message to send: who says what. */
export interface Note {
  sender: string;
  content: string;
}

/** What the files of `src` export. */
export interface Exercise {
  server: { handlers(world: World): Pick<ServiceHandlers<typeof StreamingService>, 'unaryCall'> };
  client: { sendAll(address: string, notes: Note[], timeoutMs: number): Promise<Message[]> };
}

export function checks(exercise: Load<Exercise>): void {
  step({ number: 1, title: 'UnaryCall', file: 'src/server.ts' }, () => serverChecks(exercise.server));
  step({ number: 2, title: 'The client', file: 'src/client.ts' }, () => clientChecks(exercise.client));
}
