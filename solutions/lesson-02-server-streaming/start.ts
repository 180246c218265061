import { start } from '@streamlings/grading/demo';
import { demo } from 'lesson-02/demo';
import { lab } from 'lesson-02/lab';
import { serve } from 'lesson-02/serve';

await start(
  { demo, serve, lab },
  {
    server: () => import('./src/server.ts'),
    client: () => import('./src/client.ts'),
    notifications: () => import('./src/notifications.ts'),
  },
);
