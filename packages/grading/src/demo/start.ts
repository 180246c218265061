import { isMainThread } from 'node:worker_threads';
import { answerLab, type LabCall } from '../lab/lab-call.ts';
import { exemptLoopback } from '../loopback.ts';
import type { Hosted } from './host.ts';
import { watchWire } from './watch-wire.ts';

/** What `start` of a lesson can do with the files of its learner. */
export interface Program<Exercise> {
  /** Runs them against each other and prints what happens. */
  demo(exercise: Exercise): Promise<void>;
  /** Serves them to whoever connects. */
  serve(exercise: Exercise): Promise<Hosted>;
  /** Serves one of them for a single call of the workbench's lab, and counts what it produces. */
  lab?(exercise: Exercise, call: LabCall): Promise<Hosted>;
}

/**
 * Does what the command line asks for: the demo, or with `serve` and perhaps a port, a server that shows its frames. In
 * a thread of the lab it serves the lab.
 */
export async function start<Exercise>(
  { demo, serve, lab }: Program<Exercise>,
  exercise: Exercise,
): Promise<void> {
  Object.assign(process.env, exemptLoopback(process.env));
  const [command, port = '0', ...more] = process.argv.slice(2);
  if (command === undefined) return demo(exercise);
  if (command === 'lab' && lab && !isMainThread) return answerLab((call) => lab(exercise, call));
  if (command !== 'serve' || !isPort(port) || more.length > 0) {
    const given = process.argv.slice(2).join(' ');
    return refuse(`\`${given}\` is nothing to start: give nothing for the demo, or \`serve\` and a port.`);
  }
  const { services, address } = await serve(exercise);
  try {
    const wire = await watchWire(services, address, Number(port));
    process.once('SIGINT', () => process.exit(0));
    console.log(`the server listens on ${wire.address}; Ctrl-C ends it`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    refuse(`Port \`${port}\` is taken: give another one, or none for a free one.`);
    process.exit();
  }
}

function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) < 65_536;
}

function refuse(sentence: string): void {
  console.error(sentence);
  process.exitCode = 2;
}
