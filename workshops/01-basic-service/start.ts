import { start } from '@streamlings/grading/demo';
import { demo } from './demo.ts';
import { serve } from './serve.ts';

await start({ demo, serve }, { server: () => import('./src/server.ts') });
