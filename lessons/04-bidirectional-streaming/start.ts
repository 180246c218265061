import { start } from '@streamlings/grading/demo';
import { demo } from './demo.ts';
import { lab } from './lab.ts';
import { serve } from './serve.ts';

await start(
  { demo, serve, lab },
  {
    echo: () => import('./src/echo.ts'),
    processor: () => import('./src/processor.ts'),
    feed: () => import('./src/feed.ts'),
    client: () => import('./src/client.ts'),
  },
);
