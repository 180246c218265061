import { demo } from './demo.ts';

await demo({
  server: () => import('./src/server.ts'),
  upload: () => import('./src/upload.ts'),
  client: () => import('./src/client.ts'),
});
