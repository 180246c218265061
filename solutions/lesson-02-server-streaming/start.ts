import { start } from '@streamlings/grading/demo';
import { demo } from 'lesson-02/demo';
import { serve } from 'lesson-02/serve';

await start(
  { demo, serve },
  {
    server: () => import('./src/server.ts'),
    client: () => import('./src/client.ts'),
    notifications: () => import('./src/notifications.ts'),
  },
);
