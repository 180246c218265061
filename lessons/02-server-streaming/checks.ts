import { type Load, step, type World } from '@streamlings/grading';
import type { ServiceHandlers } from '@streamlings/grpc';
import type { NotificationService } from '@streamlings/proto/streamlings/notification/v1/notification';
import type { Message, StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import { clientChecks } from './client-checks.ts';
import { notificationChecks } from './notification-checks.ts';
import { serverChecks } from './server-checks.ts';

/** How a call ended, as far as the server knows. */
export type Ending = 'completed' | 'failed' | 'aborted';

/** What a client asks for. */
export type Wanted = { topic: string; maxMessages: number };

/** What the files of `src` export. */
export interface Exercise {
  server: {
    handlers(
      world: World,
      report: (ending: Ending) => void,
    ): Pick<ServiceHandlers<typeof StreamingService>, 'serverStreaming'>;
  };
  client: {
    readAll(address: string, wanted: Wanted): Promise<Message[]>;
    take(address: string, wanted: Wanted, count: number): Promise<Message[]>;
    watch(
      address: string,
      wanted: Wanted,
      idleTimeoutMs: number,
      world: World,
      onMessage: (message: Message) => void,
    ): Promise<'ended' | 'idle'>;
  };
  notifications: { handlers(world: World): ServiceHandlers<typeof NotificationService> };
}

export function checks(exercise: Load<Exercise>): void {
  step({ number: 1, title: 'ServerStreaming', file: 'src/server.ts' }, () => serverChecks(exercise.server));
  step({ number: 2, title: 'The client', file: 'src/client.ts' }, () => clientChecks(exercise.client));
  step({ number: 3, title: 'Subscribe', file: 'src/notifications.ts' }, () =>
    notificationChecks(exercise.notifications),
  );
}
