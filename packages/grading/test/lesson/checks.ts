import { status } from '@grpc/grpc-js';
import { check, type Load, step, type World } from '@streamlings/grading';
import type { ServiceHandlers } from '@streamlings/grpc';
import { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import { expect } from 'vitest';

export interface Exercise {
  server: { handlers(world: World): Partial<ServiceHandlers<typeof StreamingService>> };
  second: { double(value: number): number };
}

export function checks(exercise: Load<Exercise>): void {
  step({ number: 1, title: 'UnaryCall', file: 'src/server.ts' }, () => {
    check(
      'answers with an echo',
      {
        hints: { 'L1-02': 'Who calls the callback?', 'L1-03': 'Who catches?', 'L1-05': 'How often?' },
        otherwise: 'Read the contract.',
      },
      async ({ world, serve, diagnose }) => {
        const { handlers } = await exercise.server();
        const server = await serve(StreamingService, handlers(world));
        diagnose({
          'L1-02': ({ symptom }) => symptom === 'callback never called',
          'L1-03': () => server.calls[0]?.rejected.length === 1,
          'L1-05': () => (server.calls[0]?.answers.length ?? 0) > 1,
        });
        const outcome = await server.unary('unaryCall', { content: 'hi' });
        expect(outcome.code, 'status code').toBe(status.OK);
        expect(outcome.message?.content, 'content of the reply').toBe('Echo: hi');
        expect(outcome.message?.sender, 'sender of the reply').not.toContain('secret');
      },
    );
    check(
      'refuses an empty message',
      { hints: { 'L1-07': 'Whose fault is it?' }, otherwise: 'Read the contract.' },
      async ({ world, serve, diagnose }) => {
        const { handlers } = await exercise.server();
        const server = await serve(StreamingService, handlers(world));
        let outcome = { code: status.OK };
        diagnose({ 'L1-07': () => outcome.code === status.INTERNAL });
        outcome = await server.unary('unaryCall', { content: '' });
        expect(outcome.code, 'status code').toBe(status.INVALID_ARGUMENT);
      },
    );
  });
  step({ number: 2, title: 'double', file: 'src/second.ts' }, () => {
    check('doubles', { hints: {}, otherwise: 'Times two.' }, async () => {
      const { double } = await exercise.second();
      expect(double(2), 'twice two').toBe(4);
    });
  });
}
