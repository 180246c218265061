import { CheckState } from '@streamlings/proto/streamlings/result/v1/result';
import { expect, test } from 'vitest';
import type { Gallery } from '../src/engine/gallery.ts';
import { createLearnerEngine } from '../src/engine/learner-engine.ts';
import { createLearnerScreen } from '../src/screen/learner-screen.ts';
import { createScriptedCourse } from './scripted-course.ts';
import { createScriptedGrader } from './scripted-grader.ts';

/** A screen over a course and a gallery in memory; `next` resolves when it is to be drawn anew. */
async function openScreen() {
  const course = createScriptedCourse();
  const grader = createScriptedGrader();
  const engine = await createLearnerEngine(course, grader, () => {});
  const gallery: Gallery = {
    list: async (lesson) => ({
      mistakes: [],
      closedSteps: lesson === 'lesson-01' ? [] : [1, 2],
    }),
    run: async function* () {},
  };
  let drawn = Promise.withResolvers<void>();
  const options = { color: false, links: false, env: {} };
  const screen = await createLearnerScreen({ engine, gallery }, options, 'watching', () => drawn.resolve());
  return {
    course,
    engine,
    grader,
    read: () => screen.render(100),
    press: (key: string) => screen.press(key),
    next: async () => {
      await drawn.promise;
      drawn = Promise.withResolvers();
    },
    [Symbol.asyncDispose]: () => engine[Symbol.asyncDispose](),
  };
}

test('`a` shows what comes after the lesson, and any other key than its own leads back', async () => {
  await using screen = await openScreen();
  await screen.press('a');
  await screen.next();
  expect(screen.read()).toContain('After lesson-01: what others get wrong');
  expect(screen.read()).toContain('Enter run it');
  await screen.press('n');
  expect(screen.read()).toContain('After lesson-01');
  await screen.press('a');
  expect(screen.read()).toContain('lesson-01 · Unary   step 1 of 2');
});

test('`a` is about the lesson that a save has just solved', async () => {
  await using screen = await openScreen();
  const { course, engine, grader } = screen;
  course.progress = { 'lesson-01/1': 'solved' };
  engine.select(1);
  const first = await grader.nextRun();
  const second = grader.nextRun();
  engine.saved('/course/lessons/lesson-01/src/client.ts');
  const run = await second;
  expect(first).not.toBe(run);
  course.progress = { 'lesson-01/1': 'solved', 'lesson-01/2': 'solved' };
  const third = grader.nextRun();
  run.finish(CheckState.PASSED);
  await third;
  expect(screen.read()).toContain('lesson-02');
  await screen.press('a');
  await screen.next();
  expect(screen.read()).toContain('After lesson-01');
});

test('`w` shows the wire, and any other key than its own leads back', async () => {
  await using screen = await openScreen();
  await screen.press('w');
  await screen.press('n');
  expect(screen.read()).toContain('On the wire');
  expect(screen.read()).toContain('n next check');
  await screen.press('x');
  expect(screen.read()).toContain('lesson-01 · Unary   step 1 of 2');
  await screen.press('w');
  await screen.press('w');
  expect(screen.read()).toContain('lesson-01 · Unary   step 1 of 2');
});

test('`q` ends it, wherever it is', async () => {
  await using screen = await openScreen();
  expect(await screen.press('a')).toBe(true);
  expect(await screen.press('q')).toBe(false);
});
