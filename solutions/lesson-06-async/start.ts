import { start } from '@streamlings/grading/demo';
import { demo } from 'lesson-06/demo';
import { serve } from 'lesson-06/serve';

await start(
  { demo, serve },
  {
    routes: () => import('./src/routes.ts'),
    client: () => import('./src/client.ts'),
    interceptors: () => import('./src/interceptors.ts'),
    interop: () => import('./src/interop.ts'),
  },
);
