import { checks } from 'workshop-03/checks';

checks({
  prices: () => import('./steps/06/src/prices.ts'),
  follow: () => import('./steps/06/src/follow.ts'),
  trades: () => import('./steps/06/src/trades.ts'),
  client: () => import('./steps/06/src/client.ts'),
});
