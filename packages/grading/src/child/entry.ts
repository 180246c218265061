import { inject } from 'vitest';
import { createLoad } from '../exercise.ts';
import { beginRun } from '../run.ts';
import { REQUEST_CHANNEL, type RunRequest } from './run-request.ts';
import { startRun } from './start-run.ts';

// Everything but the learner's files is loaded before there is anything to run: a save then costs only the difference.
const path = inject('checks');
const { checks } = await import(path);

const channel = new BroadcastChannel(REQUEST_CHANNEL);
const request = await new Promise<RunRequest>((resolve) => {
  channel.onmessage = (message) => resolve((message as { data: RunRequest }).data);
  channel.postMessage('armed');
});
channel.close();
beginRun({ ...request, checks: path });
startRun(request);
checks(createLoad(request.files));
