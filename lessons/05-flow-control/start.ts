import { start } from '@streamlings/grading/demo';
import { demo } from './demo.ts';
import { lab } from './lab.ts';
import { serve } from './serve.ts';

await start(
  { demo, serve, lab },
  {
    pictures: () => import('./src/pictures.ts'),
    sightings: () => import('./src/sightings.ts'),
    stars: () => import('./src/stars.ts'),
    client: () => import('./src/client.ts'),
  },
);
