import { type Afterword, type GalleryMistake, readAfterword } from '@streamlings/course';
import { formatVerdict, painter } from '@streamlings/grading/report';
import { type CheckFinished, CheckState } from '@streamlings/proto/streamlings/result/v1/result';
import type { Gallery } from '../engine/gallery.ts';

/** The page about a lesson that is solved: one mistake at a time, what to try, and where to read on. */
export interface AfterLesson {
  /** Does what a key stands for; the screen is drawn anew whenever something has come of it. */
  press(key: string): void;
  render(options: { color: boolean; width: number }): string[];
  /** Ends what runs. */
  close(): void;
}

interface Loaded extends Afterword {
  mistakes: GalleryMistake[];
  closedSteps: number[];
}

/** Opens the page of a lesson. */
export function openAfterLesson(gallery: Gallery, lesson: string, redraw: () => void): AfterLesson {
  const leaving = new AbortController();
  let loaded: Loaded | undefined;
  let problem: string | undefined;
  let at = 0;
  let tries = false;
  let runs = new AbortController();
  let state: 'shown' | 'running' | 'ended' = 'shown';
  let failure: CheckFinished | undefined;

  const load = async (): Promise<void> => {
    const [listed, afterword] = await Promise.all([gallery.list(lesson), readAfterword(lesson)]);
    loaded = { ...listed, ...afterword };
  };
  const note = (error: Error): void => {
    problem = error.message;
  };
  void load().catch(note).finally(redraw);

  const show = (to: number): void => {
    const last = (loaded?.mistakes.length ?? 1) - 1;
    runs.abort();
    at = Math.max(0, Math.min(last, to));
    state = 'shown';
    failure = undefined;
  };
  const run = async ({ file }: GalleryMistake, signal: AbortSignal): Promise<void> => {
    for await (const { body } of gallery.run(lesson, file, signal)) {
      if (signal.aborted || body.case !== 'checkFinished') continue;
      if (body.value.state !== CheckState.PASSED) failure ??= body.value;
    }
  };
  const start = (): void => {
    const mistake = loaded?.mistakes[at];
    if (!mistake) return;
    show(at);
    runs = new AbortController();
    const { signal } = runs;
    state = 'running';
    void run(mistake, AbortSignal.any([signal, leaving.signal]))
      .catch(note)
      .finally(() => {
        if (signal.aborted) return;
        state = 'ended';
        redraw();
      });
  };

  return {
    press: (key) => {
      problem = undefined;
      if (key === 'n') show(at + 1);
      else if (key === 'p') show(at - 1);
      else if (key === 't') tries = !tries;
      else if (key === 'return') start();
    },
    render: (options) => {
      const paint = painter(options);
      const title = paint('bold', `After ${lesson}: what others get wrong`);
      if (problem) return [title, '', problem];
      if (!loaded) return [title, '', paint('dim', 'reading …')];
      if (tries) {
        const text = loaded.whenItPasses.split('\n').map(writeLinks);
        return [paint('bold', `After ${lesson}: what to try now`), '', ...text];
      }
      const mistake = loaded.mistakes[at];
      return [
        `${title}${mistake ? `   ${at + 1} of ${loaded.mistakes.length}` : ''}`,
        ...(mistake ? ['', ...describeMistake(mistake)] : []),
        ...(state === 'running' ? ['', paint('cyan', 'running …')] : []),
        ...(state === 'ended' ? ['', describeOutcome(failure, options)] : []),
        ...loaded.closedSteps.flatMap((step) => [
          '',
          `The mistakes of step ${step} open when it is solved, or when you have looked at its solution.`,
        ]),
        '',
        paint('bold', 'What to read next'),
        ...loaded.furtherReading.split('\n').map(writeLinks),
      ];
    },
    close: () => leaving.abort(),
  };
}

function describeMistake({ symptom, belief, check, step, question }: GalleryMistake): string[] {
  return [
    `Seen       ${symptom}`,
    `Believed   ${belief}`,
    `Caught by  ${check} (step ${step})`,
    '',
    question,
  ];
}

function describeOutcome(
  failure: CheckFinished | undefined,
  options: { color: boolean; width: number },
): string {
  return failure ? formatVerdict({ ...failure, hint: '' }, '', options) : 'It has passed on this machine.';
}

function writeLinks(line: string): string {
  return line.replaceAll(/\[([^\]]+)\]\(([^)]+)\)/g, '$1 ($2)');
}
