import { type ChildProcess, execFileSync } from 'node:child_process';
import { once } from 'node:events';

/** What `spawn` needs so that a child leads a process group of its own; Windows finds its children without one. */
export const ownGroup = { detached: process.platform !== 'win32' };

const leaders = new Set<ChildProcess>();
process.once('exit', () => {
  for (const leader of leaders) kill(leader);
});

/**
 * Makes a child that was started with {@link ownGroup} end with this process, and whatever it has started too. The
 * function that it returns ends them sooner.
 */
export function leashGroup(leader: ChildProcess): () => Promise<void> {
  leaders.add(leader);
  const gone = once(leader, 'exit').catch(() => {});
  const end = async (): Promise<void> => {
    kill(leader);
    await gone;
    // A process that left the group may still hold the other ends.
    for (const stream of leader.stdio) stream?.destroy();
    leaders.delete(leader);
  };
  let ending: Promise<void> | undefined;
  // Only once: the number of a group that is gone may be somebody else's.
  return () => (ending ??= end());
}

function kill({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    if (process.platform === 'win32') execFileSync('taskkill', ['/T', '/F', '/PID', String(pid)]);
    else process.kill(-pid, 'SIGKILL');
  } catch {
    // The group is gone already.
  }
}
