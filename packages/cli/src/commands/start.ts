import { once } from 'node:events';
import { constants } from 'node:os';
import { buildApp } from '@streamlings/app/build';
import { findUnit, hasColor } from '@streamlings/course';
import { openWorkbench, type Workbench } from '../engine/workbench.ts';
import { createHubRoutes } from '../hub/hub-routes.ts';
import { type Hub, startHub } from '../hub/hub-server.ts';
import { openBrowser } from '../hub/open-browser.ts';
import { createLearnerScreen } from '../screen/learner-screen.ts';
import { openTerminal } from '../screen/terminal.ts';

interface StartOptions {
  /** Whether the browser is opened. */
  open: boolean;
  /** Whether to go on serving where there is no terminal. */
  serve?: boolean;
  /** Unset for the usual one. */
  port?: number;
  host: string;
}

/** Opens the workbench: in the terminal and in the browser. Without a terminal it grades once and prints the state. */
export async function startLearner(lesson: string | undefined, options: StartOptions): Promise<void> {
  const name = lesson && (await findUnit(lesson)).name;
  const workbench = await openWorkbench(name);
  const hasTerminal = process.stdin.isTTY && process.stdout.isTTY;
  try {
    if (hasTerminal || options.serve) await keepOpen(workbench, options, hasTerminal);
    else await printOnce(workbench);
  } finally {
    await workbench[Symbol.asyncDispose]();
  }
}

/** Serves the workbench, and shows it where there is a terminal, until the learner quits or a signal ends the process. */
async function keepOpen(workbench: Workbench, options: StartOptions, hasTerminal: boolean): Promise<void> {
  const watching = await workbench.watch();
  const hub = await serve(workbench, options);
  try {
    if (hasTerminal) {
      if (options.open) await openBrowser(hub.url);
      await followLearner(workbench, watching, hub.url);
    } else {
      console.log(`The workbench is at ${hub.url}`);
      await untilSignal();
    }
  } finally {
    await hub[Symbol.asyncDispose]();
  }
}

async function serve(workbench: Workbench, { host, port }: StartOptions): Promise<Hub> {
  if (!['127.0.0.1', 'localhost', '::1'].includes(host)) {
    console.error(
      `With \`--host ${host}\` everybody in your network who has the address can edit and run your files.`,
    );
  }
  return startHub({ host, port, app: buildApp, routes: createHubRoutes(workbench) });
}

async function printOnce(workbench: Workbench): Promise<void> {
  const { engine } = workbench;
  const screen = await createLearnerScreen(workbench, display(), undefined);
  engine.run();
  await engine.idle();
  console.log(screen.render(process.stdout.columns || 100));
}

/** Shows every change and does what the keys say, until the learner quits or a signal ends the process. */
async function followLearner(workbench: Workbench, watching: string, address: string): Promise<void> {
  const left = Promise.withResolvers<void>();
  untilSignal().then(left.resolve);
  const screen = await createLearnerScreen(workbench, { ...display(), address }, watching, () => show());
  const show = (): void => terminal.show(screen.render(terminal.width, terminal.height));
  const press = async (key: string): Promise<void> => {
    if (await screen.press(key)) show();
    else left.resolve();
  };
  const terminal = openTerminal(process.stdin, process.stdout, {
    onKey: (key) => void press(key).catch(left.reject),
    onResize: show,
  });
  const changes = workbench.onChange(show);
  try {
    workbench.engine.run();
    show();
    await left.promise;
  } finally {
    changes[Symbol.dispose]();
    terminal[Symbol.dispose]();
  }
}

/** Resolves when the process is asked to end, and sets the exit code that says so. */
async function untilSignal(): Promise<void> {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const signal = await Promise.race(signals.map((each) => once(process, each).then(() => each)));
  process.exitCode = 128 + constants.signals[signal];
}

function display() {
  return { color: hasColor(process.stdout), links: Boolean(process.stdout.isTTY), env: process.env };
}
