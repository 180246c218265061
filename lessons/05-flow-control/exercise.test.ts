import { checks } from './checks.ts';

checks({
  pictures: () => import('./src/pictures.ts'),
  sightings: () => import('./src/sightings.ts'),
  stars: () => import('./src/stars.ts'),
  client: () => import('./src/client.ts'),
});
