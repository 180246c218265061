import { checks } from 'lesson-04/checks';

checks({
  echo: () => import('./src/echo.ts'),
  processor: () => import('./src/processor.ts'),
  feed: () => import('./src/feed.ts'),
  client: () => import('./src/client.ts'),
});
