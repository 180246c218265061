import { start } from '@streamlings/grading/demo';
import { demo } from './demo.ts';
import { serve } from './serve.ts';
import { ticker } from './ticker.ts';

const exercise = {
  prices: () => import('./src/prices.ts'),
  follow: () => import('./src/follow.ts'),
  trades: () => import('./src/trades.ts'),
  client: () => import('./src/client.ts'),
};
const [command, ...args] = process.argv.slice(2);

if (command === 'watch') await ticker(exercise, args);
else await start({ demo, serve }, exercise);
