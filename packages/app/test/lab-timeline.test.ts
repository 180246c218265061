import type { Timeline } from '@streamlings/wire/draw';
import { expect, test } from 'vitest';
import { addPiece } from '../src/lab/timeline.ts';

type Frame = Timeline['frames'][number];
type Message = Timeline['messages'][number];

function makePiece(takenMs: number, orders: number[], messages: Partial<Message>[]): Timeline {
  const frames = orders.map((order) => ({ order }) as Frame);
  return { takenMs, frames, messages: messages as Message[], stalls: [] } as unknown as Timeline;
}

test('puts the frames of all pieces into the order in which they passed', () => {
  const first = addPiece(undefined, makePiece(10, [0, 2], []));
  const { frames, takenMs } = addPiece(first, makePiece(20, [3, 1], []));
  expect(frames.map(({ order }) => order)).toEqual([0, 1, 2, 3]);
  expect(takenMs).toBe(20);
});

test('takes the latest word on a message that has come in several pieces', () => {
  const message = { connection: 1, stream: 1, from: 'server', index: 1 } as const;
  const first = addPiece(undefined, makePiece(10, [], [{ ...message, received: 5 }]));
  const { messages } = addPiece(
    first,
    makePiece(
      20,
      [],
      [
        { ...message, received: 9 },
        { ...message, index: 2 },
      ],
    ),
  );
  expect(messages).toEqual([
    { ...message, received: 9 },
    { ...message, index: 2 },
  ]);
});
