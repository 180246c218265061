import { demo, serve } from 'lesson-07/demo';

if (process.argv[2] === 'serve') await serve();
else await demo(new URL('./src/', import.meta.url));
