import { EventEmitter, once } from 'node:events';
import { create } from '@bufbuild/protobuf';
import { type ServerUnaryCall, status } from '@grpc/grpc-js';
import { createWorld, type World } from '@streamlings/grading/world';
import type { ServiceHandlers } from '@streamlings/grpc';
import {
  type Message,
  MessageSchema,
  type StreamingService,
} from '@streamlings/proto/streamlings/streaming/v1/streaming';
import { beforeEach, describe, expect, it, vi } from 'vitest';

type Handlers = ServiceHandlers<typeof StreamingService>;

export interface Subject {
  handlers(world: World): Handlers;
}

export function suite(subject: Subject): void {
  describe('unaryCall', () => {
    let fixture: ReturnType<typeof setUp>;
    beforeEach(() => {
      fixture = setUp(subject);
    });

    it('answers once with an echo, in milliseconds', async () => {
      const { call, callback, answered, world } = fixture;
      await Promise.all([answered(), call({ content: 'hi', sender: 'ada' })]);
      expect(callback).toHaveBeenCalledExactlyOnceWith(null, {
        content: 'Echo: hi',
        sender: 'server',
        timestamp: BigInt(world.clock.now()),
      });
    });

    it('has kept the message by then', async () => {
      const { call, callback, answered, controls } = fixture;
      const release = controls.store.hold();
      const answer = answered();
      call({ content: 'hi', sender: 'ada' });
      await expect.poll(() => controls.store.puts).toBe(1);
      for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate);
      expect(callback).not.toHaveBeenCalled();
      release();
      await answer;
      expect(controls.store.entries.get('ada/hi')).toBe('hi');
    });

    it('keeps no message that is not to be kept', async () => {
      const { call, answered, controls } = fixture;
      const answer = answered();
      call({ content: 'hi', sender: 'ada', ttlSeconds: 0 });
      const [error] = await answer;
      expect(error).toBeNull();
      expect(controls.store.entries).toHaveLength(0);
      expect(controls.store.puts).toBe(0);
    });

    for (const request of [
      { content: '', sender: 'ada' },
      { content: 'hi', sender: '' },
    ]) {
      it(`refuses ${JSON.stringify(request)} and leaves the store alone`, async () => {
        const { call, answered, controls } = fixture;
        const answer = answered();
        call(request);
        const [error] = await answer;
        expect(error?.code).toBe(status.INVALID_ARGUMENT);
        expect(controls.store.puts).toBe(0);
      });
    }

    it('knows a key that is taken', async () => {
      const { call, answered } = fixture;
      for (const expected of [undefined, status.ALREADY_EXISTS]) {
        const answer = answered();
        call({ content: 'hi', sender: 'ada' });
        const [error] = await answer;
        expect(error?.code).toBe(expected);
      }
    });

    it.for(['EDQUOT', 'EIO'] as const)('answers %s in its own words', async (failure) => {
      const { call, answered, controls } = fixture;
      controls.store.failNext(failure, 'the secret');
      const answer = answered();
      call({ content: 'hi', sender: 'ada' });
      const [error] = await answer;
      expect(error?.code).toBe(failure === 'EIO' ? status.INTERNAL : status.RESOURCE_EXHAUSTED);
      expect(JSON.stringify(error)).not.toMatch(/secret/);
    });
  });
}

function setUp({ handlers }: Subject) {
  const { world, controls } = createWorld();
  const { unaryCall } = handlers(world);
  const events = new EventEmitter();
  const callback = vi.fn((...answer: unknown[]) => void events.emit('answer', ...answer));
  return {
    world,
    controls,
    callback,
    answered: () => once(events, 'answer') as Promise<[{ code: status } | null, unknown]>,
    call: (request: { content: string; sender: string; ttlSeconds?: number }) =>
      unaryCall({ request: create(MessageSchema, request) } as ServerUnaryCall<Message, object>, callback),
  };
}
