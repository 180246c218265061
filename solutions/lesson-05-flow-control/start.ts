import { demo } from 'lesson-05/demo';

await demo({
  pictures: () => import('./src/pictures.ts'),
  sightings: () => import('./src/sightings.ts'),
  stars: () => import('./src/stars.ts'),
  client: () => import('./src/client.ts'),
});
