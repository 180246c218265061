import { demo } from 'lesson-02/demo';

await demo({
  server: () => import('./src/server.ts'),
  client: () => import('./src/client.ts'),
  notifications: () => import('./src/notifications.ts'),
});
