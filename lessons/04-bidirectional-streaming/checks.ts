import { type Load, step, type World } from '@streamlings/grading';
import type { ServiceHandlers } from '@streamlings/grpc';
import type { FeedService } from '@streamlings/proto/streamlings/feed/v1/feed';
import type { Message, StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import { clientChecks } from './client-checks.ts';
import { echoChecks } from './echo-checks.ts';
import { feedChecks } from './feed-checks.ts';
import { processorChecks } from './processor-checks.ts';

/** Handlers of the one method that this lesson is about. */
export type Handlers = Pick<ServiceHandlers<typeof StreamingService>, 'bidirectionalStreaming'>;

/** What the files of `src` export. */
export interface Exercise {
  echo: { handlers(): Handlers };
  processor: { handlers(world: World): Handlers };
  feed: { handlers(world: World): ServiceHandlers<typeof FeedService> };
  client: {
    askInTurn(address: string, questions: string[]): Promise<string[]>;
    talk(address: string, contents: string[], onMessage: (message: Message) => void): Promise<void>;
    stay(address: string, world: World, onMessage: (message: Message) => void): Promise<void>;
  };
}

export function checks(exercise: Load<Exercise>): void {
  step({ number: 1, title: 'The echo', file: 'src/echo.ts' }, () => echoChecks(exercise.echo));
  step({ number: 2, title: 'The processor', file: 'src/processor.ts' }, () =>
    processorChecks(exercise.processor),
  );
  step({ number: 3, title: 'Follow', file: 'src/feed.ts' }, () => feedChecks(exercise.feed));
  step({ number: 4, title: 'The client', file: 'src/client.ts' }, () => clientChecks(exercise.client));
}
