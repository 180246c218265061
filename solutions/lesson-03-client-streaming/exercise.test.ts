import { checks } from 'lesson-03/checks';

checks({
  server: () => import('./src/server.ts'),
  upload: () => import('./src/upload.ts'),
  client: () => import('./src/client.ts'),
});
