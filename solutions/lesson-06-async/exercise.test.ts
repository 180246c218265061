import { checks } from 'lesson-06/checks';

checks({
  routes: () => import('./src/routes.ts'),
  client: () => import('./src/client.ts'),
  interceptors: () => import('./src/interceptors.ts'),
  interop: () => import('./src/interop.ts'),
});
