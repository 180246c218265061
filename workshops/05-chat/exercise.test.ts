import { checks } from './checks.ts';

checks({
  rooms: () => import('./src/rooms.ts'),
  chat: () => import('./src/chat.ts'),
  outbox: () => import('./src/outbox.ts'),
  gate: () => import('./src/gate.ts'),
  sessions: () => import('./src/sessions.ts'),
});
