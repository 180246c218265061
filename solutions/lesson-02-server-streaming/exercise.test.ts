import { checks } from 'lesson-02/checks';

checks({
  server: () => import('./src/server.ts'),
  client: () => import('./src/client.ts'),
  notifications: () => import('./src/notifications.ts'),
});
