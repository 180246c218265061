import { start } from '@streamlings/grading/demo';
import { demo } from 'workshop-02/demo';
import { serve } from 'workshop-02/serve';

await start(
  { demo, serve },
  {
    codes: () => import('./steps/06/src/codes.ts'),
    register: () => import('./steps/06/src/register.ts'),
    gate: () => import('./steps/06/src/gate.ts'),
    quote: () => import('./steps/06/src/quote.ts'),
    client: () => import('./steps/06/src/client.ts'),
    breaker: () => import('./steps/06/src/breaker.ts'),
  },
);
