import { checks } from './checks.ts';

checks({ server: () => import('./src/server.ts') });
