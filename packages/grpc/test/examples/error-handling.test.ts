import { Metadata, status } from '@grpc/grpc-js';
import { describe, expect, test } from 'vitest';
import { createMidStreamErrorHandler } from '../../examples/error-handling/mid-stream-error-handler.ts';
import { createPermissionHandler } from '../../examples/error-handling/permission-handler.ts';
import { createRateLimitedHandler } from '../../examples/error-handling/rate-limited-handler.ts';
import { createTimeoutHandler } from '../../examples/error-handling/timeout-handler.ts';
import { createValidationHandler } from '../../examples/error-handling/validation-handler.ts';
import { DataService } from '../../examples/gen/data/v1/data_pb.ts';
import { LimitedService } from '../../examples/gen/limited/v1/limited_pb.ts';
import { SecureService } from '../../examples/gen/secure/v1/secure_pb.ts';
import { TimeoutService } from '../../examples/gen/timeout/v1/timeout_pb.ts';
import { ValidationService } from '../../examples/gen/validation/v1/validation_pb.ts';
import { BadRequestSchema, ErrorInfoSchema, RetryInfoSchema } from '../../gen/google/rpc/error_details_pb.ts';
import type { StatusError } from '../../src/index.ts';
import { serveExample } from './example-server.ts';
import { VirtualClock } from './virtual-clock.ts';

/** Reads a stream to its end: how many messages came, and the error if there was one. */
async function drain(messages: AsyncIterable<unknown>) {
  let count = 0;
  try {
    for await (const _ of messages) count++;
  } catch (error) {
    return { count, error: error as StatusError };
  }
  return { count };
}

describe('the rate limit', () => {
  async function serveLimited() {
    const clock = new VirtualClock();
    const handler = createRateLimitedHandler({ clock, perSecond: 3 });
    const server = await serveExample(LimitedService, handler);
    const client = server.connect();
    return { clock, server, open: () => drain(client.streamItems({ count: 2 })) };
  }

  test('opens as many streams as allowed and refuses the next, saying when to come back', async () => {
    const { server, clock, open } = await serveLimited();
    await using _ = server;
    for (let i = 0; i < 3; i++) expect(await open()).toEqual({ count: 2 });
    clock.nowMs += 400;
    const { count, error } = await open();
    expect([count, error?.code]).toEqual([0, status.RESOURCE_EXHAUSTED]);
    expect(error?.details).toBe('Rate limit exceeded: 3 requests/second');
    const [retry] = error?.findDetails(RetryInfoSchema) ?? [];
    expect(retry?.retryDelay).toMatchObject({ seconds: 0n, nanos: 600_000_000 });
  });

  test('slides: each opening counts for one second', async () => {
    const { server, clock, open } = await serveLimited();
    await using _ = server;
    await open();
    clock.nowMs += 600;
    await open();
    await open();
    clock.nowMs += 399;
    expect((await open()).error?.code).toBe(status.RESOURCE_EXHAUSTED);
    clock.nowMs += 1;
    expect(await open()).toEqual({ count: 2 });
    expect((await open()).error?.code).toBe(status.RESOURCE_EXHAUSTED);
  });
});

describe('the timeout', () => {
  test('of the request ends the stream, and says how far it came', async () => {
    await using server = await serveExample(
      TimeoutService,
      createTimeoutHandler({ clock: new VirtualClock() }),
    );
    const { count, error } = await drain(
      server.connect().streamItems({ timeoutSeconds: 0.35, delayMs: 100 }),
    );
    expect([count, error?.code]).toEqual([4, status.DEADLINE_EXCEEDED]);
    const [info] = error?.findDetails(ErrorInfoSchema) ?? [];
    expect(info?.metadata).toEqual({ items_processed: '4' });
  });

  test('lets 100 items pass that take no longer', async () => {
    await using server = await serveExample(
      TimeoutService,
      createTimeoutHandler({ clock: new VirtualClock() }),
    );
    expect(await drain(server.connect().streamItems({ timeoutSeconds: 10 }))).toEqual({ count: 100 });
  });

  test('of the call wakes a handler that waits', async () => {
    const clock = new VirtualClock();
    clock.isStopped = true;
    await using server = await serveExample(TimeoutService, createTimeoutHandler({ clock }));
    const deadline = Date.now() + 100;
    const { error } = await drain(server.connect().streamItems({}, { deadline }));
    expect(error?.code).toBe(status.DEADLINE_EXCEEDED);
  });
});

describe('the validation', () => {
  const good = { id: 'a', value: 1.5 };

  test('adds up what is valid', async () => {
    await using server = await serveExample(ValidationService, createValidationHandler());
    const client = server.connect();
    expect(await client.validateItems([good, { id: 'b', value: 0 }])).toMatchObject({
      status: 'valid',
      validItems: 2,
      totalValue: 1.5,
    });
    expect(await client.validateItems([])).toMatchObject({ validItems: 0, totalValue: 0 });
  });

  test.each([
    ['no id', { value: 1 }, 'id', 'is missing'],
    ['no value', { id: 'b' }, 'value', 'is missing'],
    ['a negative value', { id: 'b', value: -1 }, 'value', 'must not be negative, got -1'],
    ['no number', { id: 'b', value: Number.NaN }, 'value', 'must be a finite number, got NaN'],
    ['no end', { id: 'b', value: Infinity }, 'value', 'must be a finite number, got Infinity'],
  ])('names the item and the field: %s', async (_what, bad, field, description) => {
    await using server = await serveExample(ValidationService, createValidationHandler());
    const error: StatusError = await server
      .connect()
      .validateItems([good, bad, good])
      .then(
        () => expect.unreachable(),
        (reason) => reason,
      );
    expect(error).toMatchObject({
      code: status.INVALID_ARGUMENT,
      details: `Item 2: ${field} ${description}`,
    });
    const [badRequest] = error.findDetails(BadRequestSchema);
    expect(badRequest?.fieldViolations).toMatchObject([{ field: `items[1].${field}`, description }]);
  });
});

describe('the permission', () => {
  test.each([
    [undefined, 'read', status.UNAUTHENTICATED],
    ['Bearer', 'read', status.UNAUTHENTICATED],
    ['Bearer constructor', 'read', status.UNAUTHENTICATED],
    ['Bearer guest', 'read', undefined],
    ['Bearer guest', 'write', status.PERMISSION_DENIED],
    ['Bearer user', 'write', undefined],
    ['Bearer user', 'delete', status.PERMISSION_DENIED],
    ['Bearer admin', 'delete', undefined],
    ['Bearer admin', 'fly', status.PERMISSION_DENIED],
  ])('of %s to %s is answered with %s', async (authorization, permission, code) => {
    await using server = await serveExample(SecureService, createPermissionHandler());
    const metadata = new Metadata();
    if (authorization) metadata.set('authorization', authorization);
    const { count, error } = await drain(server.connect().getSecureData({ permission }, { metadata }));
    expect([count, error?.code]).toEqual([code === undefined ? 5 : 0, code]);
    expect(error?.details ?? '').not.toMatch(/read|write|delete|guest/);
  });
});

describe('an error in the middle of a stream', () => {
  test('comes after what was sent before it', async () => {
    await using server = await serveExample(DataService, createMidStreamErrorHandler());
    const { count, error } = await drain(server.connect().streamData({ errorAtIndex: 5 }));
    expect([count, error?.code, error?.details]).toEqual([5, status.INTERNAL, 'Processing failed at item 5']);
  });

  test('does not come if it is not asked for, or is behind the end', async () => {
    await using server = await serveExample(DataService, createMidStreamErrorHandler());
    expect(await drain(server.connect().streamData({}))).toEqual({ count: 10 });
    expect(await drain(server.connect().streamData({ count: 3, errorAtIndex: 3 }))).toEqual({ count: 3 });
  });
});
