import { start } from '@streamlings/grading/demo';
import { demo } from './demo.ts';
import { lab } from './lab.ts';
import { serve } from './serve.ts';

await start(
  { demo, serve, lab },
  {
    routes: () => import('./src/routes.ts'),
    client: () => import('./src/client.ts'),
    interceptors: () => import('./src/interceptors.ts'),
    interop: () => import('./src/interop.ts'),
  },
);
