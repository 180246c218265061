import { start } from '@streamlings/grading/demo';
import { demo } from 'lesson-01/demo';
import { serve } from 'lesson-01/serve';

await start(
  { demo, serve },
  {
    server: () => import('./src/server.ts'),
    client: () => import('./src/client.ts'),
  },
);
