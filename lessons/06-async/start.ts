import { demo } from './demo.ts';

await demo({
  routes: () => import('./src/routes.ts'),
  client: () => import('./src/client.ts'),
  interceptors: () => import('./src/interceptors.ts'),
  interop: () => import('./src/interop.ts'),
});
