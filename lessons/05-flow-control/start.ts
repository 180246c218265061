import { start } from '@streamlings/grading/demo';
import { demo } from './demo.ts';
import { serve } from './serve.ts';

await start(
  { demo, serve },
  {
    pictures: () => import('./src/pictures.ts'),
    sightings: () => import('./src/sightings.ts'),
    stars: () => import('./src/stars.ts'),
    client: () => import('./src/client.ts'),
  },
);
