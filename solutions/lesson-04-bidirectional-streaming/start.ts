import { demo } from 'lesson-04/demo';

await demo({
  echo: () => import('./src/echo.ts'),
  processor: () => import('./src/processor.ts'),
  feed: () => import('./src/feed.ts'),
  client: () => import('./src/client.ts'),
});
