import { exemptLoopback } from '@streamlings/grading/loopback';
import { formatTimeline, type Timeline } from '@streamlings/wire/draw';
import { bringAbout } from './endings.ts';
import { type Situation, situations } from './situations.ts';

Object.assign(process.env, exemptLoopback(process.env));

const all: Situation[] = Object.values(situations).flat();
const wanted = process.argv.slice(2).join(' ');
const chosen = all.filter((situation) => wanted !== '' && situation.includes(wanted));

if (chosen.length === 0) {
  const lead =
    wanted === '' ? 'Say which situation' : `No situation has \`${wanted}\` in its name; say which one`;
  console.log([`${lead}, by a part of its name:`, ...all].join('\n  '));
  process.exitCode = wanted === '' ? 0 : 2;
}
for (const situation of chosen) {
  const cleanups: Array<() => unknown> = [];
  const { code, timeline } = await bringAbout(situation, { defer: (cleanup) => cleanups.push(cleanup) });
  console.log(`${situation}: the client sees ${code}`);
  const frames = timeline
    ? formatTimeline(withoutPauses(timeline), { omitTypes: ['SETTINGS', 'PING', 'GOAWAY', 'WINDOW_UPDATE'] })
    : [];
  // Of a large message, its beginning and its end are enough.
  const rows = frames.filter((row) => !/ DATA .*, the next /.test(row));
  console.log(rows.length > 0 ? rows.map((row) => `  ${row}`).join('\n') : '  no frame was sent');
  for (const cleanup of cleanups.reverse()) await cleanup();
}

/** Leaves out who had to wait for whom, unless it was for ever. */
function withoutPauses(timeline: Timeline): Timeline {
  const isLasting = ({ cause, endedMs }: Timeline['stalls'][number]) =>
    cause !== 'application' && endedMs === undefined;
  return { ...timeline, stalls: timeline.stalls.filter(isLasting) };
}
