import { checks } from './checks.ts';

checks({
  echo: () => import('./src/echo.ts'),
  processor: () => import('./src/processor.ts'),
  feed: () => import('./src/feed.ts'),
  client: () => import('./src/client.ts'),
});
