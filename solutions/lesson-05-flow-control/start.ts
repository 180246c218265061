import { start } from '@streamlings/grading/demo';
import { demo } from 'lesson-05/demo';
import { serve } from 'lesson-05/serve';

await start(
  { demo, serve },
  {
    pictures: () => import('./src/pictures.ts'),
    sightings: () => import('./src/sightings.ts'),
    stars: () => import('./src/stars.ts'),
    client: () => import('./src/client.ts'),
  },
);
