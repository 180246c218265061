import { start } from '@streamlings/grading/demo';
import { demo } from './demo.ts';
import { serve } from './serve.ts';

await start(
  { demo, serve },
  {
    tally: () => import('./src/tally.ts'),
    collect: () => import('./src/collect.ts'),
    journal: () => import('./src/journal.ts'),
    shipper: () => import('./src/shipper.ts'),
  },
);
