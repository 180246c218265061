import { checks } from 'workshop-04/checks';

checks({
  tally: () => import('./steps/04/src/tally.ts'),
  collect: () => import('./steps/04/src/collect.ts'),
  journal: () => import('./steps/04/src/journal.ts'),
  shipper: () => import('./steps/04/src/shipper.ts'),
});
