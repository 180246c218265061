import { CourseError } from '@streamlings/course';
import { createProgram } from './program.ts';

const args = process.argv.slice(2);

try {
  await createProgram().parseAsync(args[0] === '--' ? args.slice(1) : args, { from: 'user' });
} catch (error) {
  if (!(error instanceof CourseError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
