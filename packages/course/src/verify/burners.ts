import { type ChildProcess, spawn } from 'node:child_process';

/** Keeps the processors busy with processes that do nothing else, until it is disposed of. */
export function startBurners(count: number): Disposable {
  const source =
    'process.on("disconnect", () => process.exit()); setInterval(() => { for (let i = 0; i < 5e7; i++); }, 0)';
  const burners: ChildProcess[] = Array.from({ length: count }, () =>
    spawn(process.execPath, ['-e', source], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] }),
  );
  return {
    [Symbol.dispose]: () => {
      for (const burner of burners) burner.kill('SIGKILL');
    },
  };
}
