import { checks } from 'workshop-05/checks';

checks({
  rooms: () => import('./steps/05/src/rooms.ts'),
  chat: () => import('./steps/05/src/chat.ts'),
  outbox: () => import('./steps/05/src/outbox.ts'),
  gate: () => import('./steps/05/src/gate.ts'),
  sessions: () => import('./steps/05/src/sessions.ts'),
});
