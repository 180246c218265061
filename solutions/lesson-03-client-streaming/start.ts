import { start } from '@streamlings/grading/demo';
import { demo } from 'lesson-03/demo';
import { lab } from 'lesson-03/lab';
import { serve } from 'lesson-03/serve';

await start(
  { demo, serve, lab },
  {
    server: () => import('./src/server.ts'),
    upload: () => import('./src/upload.ts'),
    client: () => import('./src/client.ts'),
  },
);
