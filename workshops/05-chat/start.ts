import { start } from '@streamlings/grading/demo';
import { demo } from './demo.ts';
import { serve } from './serve.ts';

await start(
  { demo, serve },
  {
    rooms: () => import('./src/rooms.ts'),
    chat: () => import('./src/chat.ts'),
    outbox: () => import('./src/outbox.ts'),
    gate: () => import('./src/gate.ts'),
    sessions: () => import('./src/sessions.ts'),
  },
);
