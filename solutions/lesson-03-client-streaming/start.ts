import { demo } from 'lesson-03/demo';

await demo({
  server: () => import('./src/server.ts'),
  upload: () => import('./src/upload.ts'),
  client: () => import('./src/client.ts'),
});
