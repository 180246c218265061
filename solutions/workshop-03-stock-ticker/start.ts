import { start } from '@streamlings/grading/demo';
import { demo } from 'workshop-03/demo';
import { serve } from 'workshop-03/serve';
import { ticker } from 'workshop-03/ticker';

const exercise = {
  prices: () => import('./steps/06/src/prices.ts'),
  follow: () => import('./steps/06/src/follow.ts'),
  trades: () => import('./steps/06/src/trades.ts'),
  client: () => import('./steps/06/src/client.ts'),
};
const [command, ...args] = process.argv.slice(2);

if (command === 'watch') await ticker(exercise, args);
else await start({ demo, serve }, exercise);
