import { demo, serve } from './demo.ts';

if (process.argv[2] === 'serve') await serve();
else await demo(new URL('./src/', import.meta.url));
