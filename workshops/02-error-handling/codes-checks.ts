import { check, type Load } from '@streamlings/grading';
import { expect } from 'vitest';
import type { Exercise } from './checks.ts';
import { bringAbout, type Ending } from './endings.ts';
import { type Situation, situations } from './situations.ts';

/** Some of the situations move 5 MiB, on a busy machine, too. */
const LIMIT_MS = 4000;

type Predictions = Exercise['codes']['predictions'];

/** Declares the checks of `src/codes.ts`: each makes its situations happen, and compares. */
export function codesChecks(load: Load<Exercise>['codes']): void {
  const hints = {
    'L1-07':
      'You expect INTERNAL or UNKNOWN of most of them. Those are for accidents, which nobody has foreseen. Ask of each line: what would the caller have to do before the call can succeed?',
    'W2-01':
      'You expect a status from the server where the wire shows none, or shows another one. Let such a line happen by `pnpm --filter workshop-02 situation` and a word of its name: which side has ended the call, and did a status come at all?',
  } as const;

  const compare = (name: string, lines: readonly Situation[], otherwise: string) =>
    check(name, { hints, otherwise, limitMs: LIMIT_MS }, async (context) => {
      const { predictions } = await load();
      const endings = new Map<Situation, Ending>();
      context.diagnose({
        'L1-07': () => isAllInternal(predictions, lines),
        'W2-01': () =>
          lines.some(
            (line) =>
              endings.get(line)?.madeBy === 'client library' && predictions[line][1] !== 'client library',
          ),
      });
      for (const line of lines) endings.set(line, await bringAbout(line, context));
      const wrong: Record<string, string> = {};
      for (const [line, { code, madeBy }] of endings) {
        const [foretoldCode, foretoldMaker] = predictions[line] ?? [];
        const faults = [code !== foretoldCode && 'the code', madeBy !== foretoldMaker && 'the maker'];
        if (faults.some(Boolean)) wrong[line] = faults.filter(Boolean).join(' and ');
      }
      expect(wrong, 'what is wrong, line by line').toEqual({});
    });

  compare(
    'foretells what the office decides',
    situations.decided,
    'These codes are for a handler to give, and the guide to the status codes says which. Read the lines that are wrong aloud: is it the argument, the thing, its state, or somebody else at the same time?',
  );
  compare(
    'foretells calls that are refused before a handler answers',
    situations.refused,
    'No handler has given these. `pnpm --filter workshop-02 situation` and a word of the name shows what the server has sent. A proxy that knows no gRPC sends no `grpc-status`: who makes one then, and of what?',
  );
  compare(
    'foretells calls that get no answer to use',
    situations.lost,
    'Nothing came, or nothing that could be used, and yet there is a status. How far did each call get?',
  );
}

function isAllInternal(predictions: Predictions, lines: readonly Situation[]): boolean {
  const vague = lines.filter((line) => /^(INTERNAL|UNKNOWN)$/.test(predictions[line][0]));
  return vague.length > lines.length / 2;
}
