import type { LabJob, LabNews } from './job.ts';
import { runCall } from './run-call.ts';

/** Ends this process and whatever the learner's code has started. */
function endGroup(): never {
  try {
    if (process.platform !== 'win32') process.kill(-process.pid, 'SIGKILL');
  } catch {
    // It is no leader of a group.
  }
  process.exit();
}

// The hub is gone, and with it the one who would end this.
process.on('disconnect', endGroup);

process.once('message', async (job: LabJob) => {
  const tell = (news: LabNews): void => void process.send?.(news);
  const last = await runCall(job, tell).then(
    (report): LabNews => ({ kind: 'report', report }),
    (error: Error): LabNews => ({ kind: 'failure', reason: error.message }),
  );
  process.send?.(last, endGroup);
});
