import { start } from '@streamlings/grading/demo';
import { demo } from './demo.ts';
import { lab } from './lab.ts';
import { serve } from './serve.ts';

await start(
  { demo, serve, lab },
  {
    server: () => import('./src/server.ts'),
    client: () => import('./src/client.ts'),
    notifications: () => import('./src/notifications.ts'),
  },
);
