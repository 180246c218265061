import { CheckState } from '@streamlings/proto/streamlings/result/v1/result';
import { describe, expect, test } from 'vitest';
import { createLearnerEngine, type LearnerState } from '../src/engine/learner-engine.ts';
import { createScriptedCourse } from './scripted-course.ts';
import { createScriptedGrader } from './scripted-grader.ts';

const file = '/course/lessons/lesson-01/src/server.ts';

async function startEngine(lesson?: string) {
  const course = createScriptedCourse();
  const grader = createScriptedGrader();
  const states: LearnerState[] = [];
  const engine = await createLearnerEngine(course, grader, (state) => states.push(state), lesson);
  return { course, grader, engine, states };
}

describe('the learner engine', () => {
  test('starts at the first step that is not solved', async () => {
    const course = createScriptedCourse();
    course.progress = { 'lesson-01/1': 'solved', 'lesson-01/2': 'in progress' };
    await using engine = await createLearnerEngine(course, createScriptedGrader(), () => {});
    expect(engine.state.index).toBe(1);
  });

  test('starts at the lesson that is asked for', async () => {
    const { engine } = await startEngine('lesson-02');
    expect(engine.state.index).toBe(2);
  });

  test('runs the current step alone and tells the state of each check as it changes', async () => {
    const { engine, grader, states } = await startEngine();
    const started = grader.nextRun();
    engine.run();
    const run = await started;
    expect(run.options.steps).toEqual([1]);
    expect(engine.state.run.phase).toBe('running');
    run.finish(CheckState.PASSED);
    await engine.idle();
    const seen = states.map(({ run }) => run.checks.map((check) => check.state).join());
    expect([...new Set(seen)]).toEqual([
      'waiting,waiting',
      'running,waiting',
      'passed,waiting',
      'passed,running',
      'passed,passed',
    ]);
  });

  test('cancels a run when a file is saved and starts anew, one run at a time', async () => {
    const { engine, grader, course } = await startEngine();
    const first = grader.nextRun();
    engine.run();
    await first;
    const second = grader.nextRun();
    engine.saved(file);
    const run = await second;
    expect(grader.runs[0]?.options.signal?.aborted).toBe(true);
    run.finish(CheckState.PASSED);
    await engine.idle();
    expect(grader.runs).toHaveLength(2);
    expect(grader.maxParallel).toBe(1);
    expect(course.kept).toEqual(['lesson-01: 6 events']);
  });

  test('runs when a contract of the learner is saved, and not for a file of the course', async () => {
    const { engine, grader } = await startEngine();
    engine.saved(file.replace('src/server.ts', 'checks.ts'));
    await engine.idle();
    expect(grader.runs).toHaveLength(0);
    const started = grader.nextRun();
    engine.saved(file.replace('src/server.ts', 'proto/ferry.proto'));
    (await started).finish(CheckState.FAILED);
    await engine.idle();
    expect(grader.runs).toHaveLength(1);
  });

  test('moves on when a save has solved the step, and says which', async () => {
    const { engine, grader, course } = await startEngine();
    const first = grader.nextRun();
    engine.saved(file);
    const run = await first;
    course.progress = { 'lesson-01/1': 'solved' };
    const second = grader.nextRun();
    run.finish(CheckState.PASSED);
    (await second).finish(CheckState.FAILED);
    await engine.idle();
    expect(engine.state.index).toBe(1);
    expect(engine.state.solved?.step.number).toBe(1);
    expect(grader.runs.map(({ options }) => options.steps)).toEqual([[1], [2]]);
  });

  test('stays at a step that was solved before, and at one that is run without a save', async () => {
    const { engine, grader, course } = await startEngine();
    for (const start of [() => engine.run(), () => engine.saved(file)]) {
      const next = grader.nextRun();
      start();
      const run = await next;
      course.progress = { 'lesson-01/1': 'solved' };
      run.finish(CheckState.PASSED);
      await engine.idle();
      expect(engine.state.index).toBe(0);
    }
    expect(engine.state.solved).toBeUndefined();
  });

  test('drops no save: of many during a run, the last is graded', async () => {
    const { engine, grader } = await startEngine();
    const first = grader.nextRun();
    engine.run();
    await first;
    const second = grader.nextRun();
    for (let save = 0; save < 5; save++) engine.saved(file);
    (await second).finish(CheckState.FAILED);
    await engine.idle();
    expect(grader.runs).toHaveLength(2);
    expect(engine.state.run.phase).toBe('finished');
  });

  test('runs again when the files have changed without a word from the watcher', async () => {
    const { engine, grader, course } = await startEngine();
    const first = grader.nextRun();
    engine.run();
    const run = await first;
    course.fingerprint = 'second';
    const second = grader.nextRun();
    run.finish(CheckState.FAILED);
    (await second).finish(CheckState.PASSED);
    await engine.idle();
    expect(engine.state.run.checks.map(({ state }) => state)).toEqual(['passed', 'passed']);
  });

  test('takes no notice of a file of another lesson', async () => {
    const { engine, grader } = await startEngine();
    engine.saved('/course/lessons/lesson-02/src/server.ts');
    await engine.idle();
    expect(grader.runs).toHaveLength(0);
  });

  test('goes to another step, cancels the run of the one before, and keeps nothing of it', async () => {
    const { engine, grader, course } = await startEngine();
    const first = grader.nextRun();
    engine.run();
    await first;
    const second = grader.nextRun();
    engine.select(1);
    expect(engine.state.run.checks).toEqual([{ name: 'sets a deadline', state: 'waiting' }]);
    const run = await second;
    expect(run.options.steps).toEqual([2]);
    run.finish(CheckState.PASSED);
    await engine.idle();
    expect(course.kept).toEqual(['lesson-01: 4 events']);
  });

  test('stays where it is at the ends of the course', async () => {
    const { engine, grader } = await startEngine();
    engine.select(-1);
    engine.select(4);
    await engine.idle();
    expect(engine.state.index).toBe(0);
    expect(grader.runs).toHaveLength(0);
  });

  test('reads the progress anew after each run', async () => {
    const { engine, grader, course } = await startEngine();
    const started = grader.nextRun();
    engine.run();
    const run = await started;
    course.progress = { 'lesson-01/1': 'solved' };
    run.finish(CheckState.PASSED);
    await engine.idle();
    expect(engine.state.stations[0]?.step.progress).toBe('solved');
  });

  test('shows the verdict although the result cannot be kept, and says why', async () => {
    const { engine, grader, course } = await startEngine();
    course.recordResult = () => Promise.reject(new Error('the disk is full'));
    const started = grader.nextRun();
    engine.run();
    (await started).finish(CheckState.PASSED);
    await engine.idle();
    expect(engine.state.problem).toBe('the disk is full');
    expect(engine.state.run.phase).toBe('finished');
  });

  test('cancels the run and is silent once it is disposed of', async () => {
    const { engine, grader, states } = await startEngine();
    const started = grader.nextRun();
    engine.run();
    const run = await started;
    const before = states.length;
    await engine[Symbol.asyncDispose]();
    expect(run.options.signal?.aborted).toBe(true);
    engine.saved(file);
    expect(states).toHaveLength(before);
    expect(grader.runs).toHaveLength(1);
  });
});
