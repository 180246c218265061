import { checks } from 'workshop-02/checks';

checks({
  codes: () => import('./steps/06/src/codes.ts'),
  register: () => import('./steps/06/src/register.ts'),
  gate: () => import('./steps/06/src/gate.ts'),
  quote: () => import('./steps/06/src/quote.ts'),
  client: () => import('./steps/06/src/client.ts'),
  breaker: () => import('./steps/06/src/breaker.ts'),
});
