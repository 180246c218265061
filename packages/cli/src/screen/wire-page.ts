import { painter } from '@streamlings/grading/report';
import type { CheckFinished } from '@streamlings/proto/streamlings/result/v1/result';
import { formatTimeline, type Timeline } from '@streamlings/wire/draw';
import wrapAnsi from 'wrap-ansi';
import type { RunView } from '../engine/run-view.ts';

/** The page with all frames of a check, one check at a time. */
export interface WirePage {
  /** `n` leads to the next check, and `p` to the one before. */
  press(key: 'n' | 'p', run: RunView): void;
  render(run: RunView, options: { color: boolean; width: number }): string[];
}

/** How many lines of a server are shown; a terminal can be scrolled back, but nobody reads thousands. */
const MAX_ROWS = 200;

/** How far a line's text is from the left, behind its time. */
const MARGIN = 10;

/** Opens the page at the check that failed first, or else at the first one. */
export function openWirePage({ failure }: RunView): WirePage {
  let name = failure?.name;
  const find = (checks: CheckFinished[]) =>
    Math.max(
      0,
      checks.findIndex((check) => check.name === name),
    );

  return {
    press: (key, run) => {
      const checks = listChecks(run);
      const to = find(checks) + (key === 'n' ? 1 : -1);
      name = checks[to]?.name ?? name;
    },
    render: (run, { color, width }) => {
      const paint = painter({ color, width });
      const checks = listChecks(run);
      const at = find(checks);
      const check = checks[at];
      if (!check) return [paint('bold', 'On the wire'), '', 'No check of this step has made a call so far.'];
      const timelines = timelinesOf(check);
      return [
        `${paint('bold', `On the wire: ${check.name}`)}   ${at + 1} of ${checks.length}`,
        ...timelines.flatMap((timeline, server) => [
          '',
          ...(timelines.length > 1 ? [`server ${server + 1} of the check, on a clock of its own`] : []),
          ...formatTimeline(timeline, { color, width: width * 4, maxRows: MAX_ROWS, json: true }).flatMap(
            (line) => hang(line, width),
          ),
        ]),
      ];
    },
  };
}

/** Wraps a line of a timeline, so that its time stands alone in the margin. */
function hang(line: string, width: number): string[] {
  const [first = '', ...rest] = wrapAnsi(line, width - MARGIN, { hard: true, trim: false }).split('\n');
  return [first, ...rest.map((part) => ' '.repeat(MARGIN) + part.trimStart())];
}

/** The checks that have reached a server, in the order of their runs. */
function listChecks({ events }: RunView): CheckFinished[] {
  return events
    .flatMap(({ body }) => (body.case === 'checkFinished' ? [body.value] : []))
    .filter((check) => timelinesOf(check).length > 0);
}

function timelinesOf({ timelines }: CheckFinished): Timeline[] {
  return (timelines as unknown as Timeline[]).filter(({ connections }) => connections.length > 0);
}
