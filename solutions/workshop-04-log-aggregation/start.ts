import { start } from '@streamlings/grading/demo';
import { demo } from 'workshop-04/demo';
import { serve } from 'workshop-04/serve';

await start(
  { demo, serve },
  {
    tally: () => import('./steps/04/src/tally.ts'),
    collect: () => import('./steps/04/src/collect.ts'),
    journal: () => import('./steps/04/src/journal.ts'),
    shipper: () => import('./steps/04/src/shipper.ts'),
  },
);
