import { checks } from 'lesson-01/checks';

checks({
  server: () => import('./src/server.ts'),
  client: () => import('./src/client.ts'),
});
