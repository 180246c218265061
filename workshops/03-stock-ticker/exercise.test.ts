import { checks } from './checks.ts';

checks({
  prices: () => import('./src/prices.ts'),
  follow: () => import('./src/follow.ts'),
  trades: () => import('./src/trades.ts'),
  client: () => import('./src/client.ts'),
});
