import { demo } from './demo.ts';

await demo({
  echo: () => import('./src/echo.ts'),
  processor: () => import('./src/processor.ts'),
  feed: () => import('./src/feed.ts'),
  client: () => import('./src/client.ts'),
});
