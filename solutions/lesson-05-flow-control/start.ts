import { start } from '@streamlings/grading/demo';
import { demo } from 'lesson-05/demo';
import { lab } from 'lesson-05/lab';
import { serve } from 'lesson-05/serve';

await start(
  { demo, serve, lab },
  {
    pictures: () => import('./src/pictures.ts'),
    sightings: () => import('./src/sightings.ts'),
    stars: () => import('./src/stars.ts'),
    client: () => import('./src/client.ts'),
  },
);
