import { checks } from './checks.ts';

checks({
  server: () => import('./src/server.ts'),
  client: () => import('./src/client.ts'),
  notifications: () => import('./src/notifications.ts'),
});
