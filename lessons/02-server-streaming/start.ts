import { demo } from './demo.ts';

await demo({
  server: () => import('./src/server.ts'),
  client: () => import('./src/client.ts'),
  notifications: () => import('./src/notifications.ts'),
});
