import { start } from '@streamlings/grading/demo';
import { demo } from './demo.ts';
import { serve } from './serve.ts';

await start(
  { demo, serve },
  {
    codes: () => import('./src/codes.ts'),
    register: () => import('./src/register.ts'),
    gate: () => import('./src/gate.ts'),
    quote: () => import('./src/quote.ts'),
    client: () => import('./src/client.ts'),
    breaker: () => import('./src/breaker.ts'),
  },
);
