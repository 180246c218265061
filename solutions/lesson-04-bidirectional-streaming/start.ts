import { start } from '@streamlings/grading/demo';
import { demo } from 'lesson-04/demo';
import { lab } from 'lesson-04/lab';
import { serve } from 'lesson-04/serve';

await start(
  { demo, serve, lab },
  {
    echo: () => import('./src/echo.ts'),
    processor: () => import('./src/processor.ts'),
    feed: () => import('./src/feed.ts'),
    client: () => import('./src/client.ts'),
  },
);
