import { start } from '@streamlings/grading/demo';
import { demo } from 'lesson-07/demo';
import { serve } from 'lesson-07/serve';

await start({ demo, serve }, new URL('./src/', import.meta.url));
