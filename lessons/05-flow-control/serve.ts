import type { Load } from '@streamlings/grading';
import { type Hosted, host } from '@streamlings/grading/demo';
import { createWorld } from '@streamlings/grading/world';
import { ObservatoryService } from '@streamlings/proto/streamlings/observatory/v1/observatory';
import { Archive } from './archive.ts';
import type { Exercise, PictureRow, StarRow } from './checks.ts';

const TICK_MS = 500;
const PICTURE_BYTES = 16 * 1024;

/** Serves the servers of `src`: 1,000 pictures a night, a million stars, and a comet that moves twice a second. */
export async function serve({ pictures, sightings, stars }: Load<Exercise>): Promise<Hosted> {
  const { world, controls } = createWorld();
  const data = world.random.bytes(PICTURE_BYTES);
  const night = new Archive<PictureRow>({ row: (number) => ({ number, data }), rows: 1000, batch: 10 });
  const row = (id: number): StarRow => ({ id, note: 'A star like many others. '.repeat(6) });
  const sky = new Archive<StarRow>({ row, rows: 1_000_000, batch: 100 });
  const [{ byHand }, watching, exporting] = await Promise.all([pictures(), sightings(), stars()]);
  let place = 0;
  setInterval(() => {
    const text = `place ${++place}`;
    controls.bus.publish({ topic: 'comet', text, level: 1, timeMs: Date.now() });
  }, TICK_MS);
  reportStars(sky);
  return host([
    ObservatoryService,
    { ...byHand(night.open), ...watching.handlers(world), ...exporting.handlers(sky.open) },
  ]);
}

/** Prints how many stars have left the catalogue, and how many cursors are open, where that has changed. */
function reportStars(sky: Archive<StarRow>): void {
  let last = '';
  setInterval(() => {
    const now = `  the catalogue: ${sky.rowsRead} stars read, ${sky.unclosed} cursors open`;
    if (sky.opened > 0 && now !== last) console.log(now);
    last = now;
  }, TICK_MS);
}
