import { check, type Load, step } from '@streamlings/grading';
import { expect } from 'vitest';

export interface Exercise {
  timers: { start(): void | Promise<void>; stop(): void | Promise<void> };
}

export function checks(exercise: Load<Exercise>): void {
  step({ number: 1, title: 'timers', file: 'src/timers.ts' }, () => {
    check('counts a timer until it is stopped', { hints: {}, otherwise: '' }, async ({ leaks }) => {
      const { start, stop } = await exercise.timers();
      await start();
      expect(leaks.timers, 'timers after the start').toBe(1);
      await stop();
      expect(leaks.timers, 'timers after the stop').toBe(0);
    });
  });
}
