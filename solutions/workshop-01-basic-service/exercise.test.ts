import { checks } from 'workshop-01/checks';

checks({ server: () => import('./steps/04/src/server.ts') });
