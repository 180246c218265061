import { start } from '@streamlings/grading/demo';
import { demo } from 'lesson-03/demo';
import { serve } from 'lesson-03/serve';

await start(
  { demo, serve },
  {
    server: () => import('./src/server.ts'),
    upload: () => import('./src/upload.ts'),
    client: () => import('./src/client.ts'),
  },
);
