import { start } from '@streamlings/grading/demo';
import { demo } from 'workshop-01/demo';
import { serve } from 'workshop-01/serve';

await start({ demo, serve }, { server: () => import('./steps/04/src/server.ts') });
