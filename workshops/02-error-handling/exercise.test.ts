import { checks } from './checks.ts';

checks({
  codes: () => import('./src/codes.ts'),
  register: () => import('./src/register.ts'),
  gate: () => import('./src/gate.ts'),
  quote: () => import('./src/quote.ts'),
  client: () => import('./src/client.ts'),
  breaker: () => import('./src/breaker.ts'),
});
