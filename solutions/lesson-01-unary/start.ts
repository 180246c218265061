import { demo } from 'lesson-01/demo';

await demo({
  server: () => import('./src/server.ts'),
  client: () => import('./src/client.ts'),
});
