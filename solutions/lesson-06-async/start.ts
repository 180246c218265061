import { start } from '@streamlings/grading/demo';
import { demo } from 'lesson-06/demo';
import { lab } from 'lesson-06/lab';
import { serve } from 'lesson-06/serve';

await start(
  { demo, serve, lab },
  {
    routes: () => import('./src/routes.ts'),
    client: () => import('./src/client.ts'),
    interceptors: () => import('./src/interceptors.ts'),
    interop: () => import('./src/interop.ts'),
  },
);
