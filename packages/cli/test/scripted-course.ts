import type { Progress, UnitProgress } from '@streamlings/course';
import type { StepSpec } from '@streamlings/grading/supervisor';
import type { Event } from '@streamlings/proto/streamlings/result/v1/result';
import type { LearnerCourse } from '../src/engine/learner-engine.ts';

const steps: StepSpec[] = [
  {
    number: 1,
    title: 'UnaryCall',
    file: 'src/server.ts',
    checks: ['answers once', 'rejects an empty message'].map((name) => ({ name, misconceptions: [] })),
  },
  {
    number: 2,
    title: 'Client',
    file: 'src/client.ts',
    checks: [{ name: 'sets a deadline', misconceptions: [] }],
  },
];

/** A course of two lessons of two steps, in memory. */
export interface ScriptedCourse extends LearnerCourse {
  /** What was kept, as `lesson-01: 5 events`. */
  kept: string[];
  /** The progress of each step, by lesson and number, as `lesson-01/1`. */
  progress: Record<string, Progress>;
  fingerprint: string;
}

/** Creates the course with nothing started. */
export function createScriptedCourse(): ScriptedCourse {
  const kept: string[] = [];
  const course: ScriptedCourse = {
    kept,
    progress: {},
    fingerprint: 'first',
    readProgress: async () => ['lesson-01', 'lesson-02'].map((name) => describeUnit(name, course.progress)),
    loadWorkspace: async (name) => ({
      name,
      folder: `/course/lessons/${name}`,
      checks: '/course/checks.ts',
      steps,
    }),
    recordResult: async (name: string, events: Event[]) => void kept.push(`${name}: ${events.length} events`),
    readFingerprint: async () => course.fingerprint,
  };
  return course;
}

function describeUnit(name: string, progress: Record<string, Progress>): UnitProgress {
  const number = Number(name.slice(-2));
  const folder = `/course/lessons/${name}`;
  const slug = ['unary', 'server-streaming'][number - 1] ?? '';
  return {
    unit: { kind: 'lesson', number, slug, name, folder, solution: '' },
    title: ['Unary', 'Server streaming'][number - 1] ?? '',
    progress: 'not started',
    steps: steps.map((step) => ({
      number: step.number,
      title: step.title,
      file: step.file,
      checks: step.checks.map((check) => check.name),
      progress: progress[`${name}/${step.number}`] ?? 'not started',
      hasSeenSolution: false,
    })),
  };
}
