import { checks } from './checks.ts';

checks({
  server: () => import('./src/server.ts'),
  upload: () => import('./src/upload.ts'),
  client: () => import('./src/client.ts'),
});
