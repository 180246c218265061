import { type Load, step, type World } from '@streamlings/grading';
import type { ServiceHandlers } from '@streamlings/grpc';
import type {
  ObservatoryService,
  Picture,
  Star,
} from '@streamlings/proto/streamlings/observatory/v1/observatory';
import { clientChecks } from './client-checks.ts';
import { picturesChecks } from './pictures-checks.ts';
import { sightingsChecks } from './sightings-checks.ts';
import { starsChecks } from './stars-checks.ts';
import { submitChecks } from './submit-checks.ts';

type Handlers<M extends keyof ServiceHandlers<typeof ObservatoryService>> = Pick<
  ServiceHandlers<typeof ObservatoryService>,
  M
>;

/** Rows on their way out of a database, some at a time. */
export interface Cursor<Row> {
  read(): Promise<Row[]>;
  close(): void;
}

/** A picture as it is sent. */
export type PictureRow = Pick<Picture, 'number' | 'data'>;
/** A star as it is sent. */
export type StarRow = Pick<Star, 'id' | 'note'>;

/** What the files of `src` export. */
export interface Exercise {
  pictures: {
    byHand(open: (night: string) => Cursor<PictureRow>): Handlers<'readPictures'>;
    byPipeline(open: (night: string) => Cursor<PictureRow>): Handlers<'readPictures'>;
  };
  sightings: { handlers(world: World): Handlers<'watchSightings'> };
  stars: { handlers(open: () => Cursor<StarRow>): Handlers<'exportStars'> };
  client: {
    download(
      address: string,
      nights: string[],
      prepare: (night: string) => Promise<void>,
      keep: (night: string, picture: Picture) => Promise<void>,
    ): Promise<void>;
    startShow(
      address: string,
      night: string,
      show: (picture: Picture) => void,
    ): { pause(): void; resume(): void; done: Promise<void> };
    submit(
      address: string,
      pictures: AsyncIterable<PictureRow>,
      onDelivered: (count: number) => void,
    ): Promise<void>;
  };
}

export function checks(exercise: Load<Exercise>): void {
  step({ number: 1, title: 'ReadPictures', file: 'src/pictures.ts' }, () =>
    picturesChecks(exercise.pictures),
  );
  step({ number: 2, title: 'WatchSightings', file: 'src/sightings.ts' }, () =>
    sightingsChecks(exercise.sightings),
  );
  step({ number: 3, title: 'ExportStars', file: 'src/stars.ts' }, () => starsChecks(exercise.stars));
  step({ number: 4, title: 'The client', file: 'src/client.ts' }, () => {
    clientChecks(exercise.client);
    submitChecks(exercise.client);
  });
}
