import { checks } from './checks.ts';

checks({
  tally: () => import('./src/tally.ts'),
  collect: () => import('./src/collect.ts'),
  journal: () => import('./src/journal.ts'),
  shipper: () => import('./src/shipper.ts'),
});
