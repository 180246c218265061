import type { GalleryMistake } from '@streamlings/course';
import { CheckState } from '@streamlings/proto/streamlings/result/v1/result';
import { describe, expect, test } from 'vitest';
import type { Gallery } from '../src/engine/gallery.ts';
import { openAfterLesson } from '../src/screen/after-lesson.ts';
import { createEvent } from './scripted-grader.ts';

const options = { color: false, width: 80 };

const mistake = (number: number): GalleryMistake => ({
  file: `mistakes/server/${number}.ts`,
  step: 1,
  check: `check ${number}`,
  misconception: `L1-0${number}`,
  belief: `Belief ${number}`,
  symptom: `symptom ${number}`,
  question: `Question ${number}?`,
  text: '',
});

/** A page over a gallery whose runs the test ends; resolves when its mistakes are there. */
async function open(closedSteps: number[] = []) {
  const runs: Array<{ file: string; end: () => void; signal: AbortSignal | undefined }> = [];
  let drawn = Promise.withResolvers<void>();
  const gallery: Gallery = {
    list: async () => ({ mistakes: [mistake(1), mistake(2)], closedSteps }),
    run: async function* (_lesson, file, signal) {
      const ended = Promise.withResolvers<void>();
      runs.push({ file, end: ended.resolve, signal });
      await ended.promise;
      const value = { name: 'check 1', state: CheckState.FAILED, label: `failure of ${file}` };
      yield createEvent({ case: 'checkFinished', value });
    },
  };
  const page = openAfterLesson(gallery, 'lesson-01', () => drawn.resolve());
  await drawn.promise;
  return {
    page,
    runs,
    read: () => page.render(options).join('\n'),
    nextDrawing: () => {
      drawn = Promise.withResolvers();
      return drawn.promise;
    },
  };
}

describe('openAfterLesson()', () => {
  test('shows one mistake at a time, and stays within them', async () => {
    const { page, read } = await open();
    expect(read()).toContain('1 of 2');
    expect(read()).toContain('Seen       symptom 1\nBelieved   Belief 1\nCaught by  check 1 (step 1)');
    page.press('n');
    page.press('n');
    expect(read()).toContain('Question 2?');
    page.press('p');
    page.press('p');
    expect(read()).toContain('Question 1?');
  });

  test('runs the mistake that is shown, and shows its failure', async () => {
    const { page, runs, read, nextDrawing } = await open();
    page.press('n');
    page.press('return');
    expect(read()).toContain('running …');
    expect(runs).toMatchObject([{ file: 'mistakes/server/2.ts' }]);
    const drawing = nextDrawing();
    runs[0]?.end();
    await drawing;
    expect(read()).toContain('failure of mistakes/server/2.ts');
    page.press('p');
    expect(read()).not.toContain('failure of');
  });

  test('ends a run when another mistake is chosen, or the page is left', async () => {
    const { page, runs } = await open();
    page.press('return');
    page.press('n');
    expect(runs[0]?.signal?.aborted).toBe(true);
    page.press('return');
    expect(runs[1]?.signal?.aborted).toBe(false);
    page.close();
    expect(runs[1]?.signal?.aborted).toBe(true);
  });

  test('says what to try, and leads back', async () => {
    const { page, read } = await open();
    page.press('t');
    expect(read()).toContain('what to try now');
    expect(read()).toContain('pnpm --filter lesson-01 start');
    page.press('t');
    expect(read()).toContain('symptom 1');
  });

  test('says which steps keep theirs back, and what to read next', async () => {
    const { read } = await open([2]);
    expect(read()).toContain('The mistakes of step 2 open when it is solved');
    expect(read()).toContain('Status codes (https://grpc.io/docs/guides/status-codes/)');
  });
});
