import { GrpcHandlerRegistry } from '../../src/index.ts';
import type { Clock } from '../clock.ts';
import { DataService } from '../gen/data/v1/data_pb.ts';
import { LimitedService } from '../gen/limited/v1/limited_pb.ts';
import { SecureService } from '../gen/secure/v1/secure_pb.ts';
import { TimeoutService } from '../gen/timeout/v1/timeout_pb.ts';
import { ValidationService } from '../gen/validation/v1/validation_pb.ts';
import { createMidStreamErrorHandler } from './mid-stream-error-handler.ts';
import { createPermissionHandler } from './permission-handler.ts';
import { createRateLimitedHandler } from './rate-limited-handler.ts';
import { createTimeoutHandler } from './timeout-handler.ts';
import { createValidationHandler } from './validation-handler.ts';

/** Registers all five handlers. */
export function createRegistry({
  clock,
  perSecond,
}: {
  clock: Clock;
  perSecond: number;
}): GrpcHandlerRegistry {
  return new GrpcHandlerRegistry()
    .registerService(LimitedService, createRateLimitedHandler({ clock, perSecond }))
    .registerService(TimeoutService, createTimeoutHandler({ clock }))
    .registerService(ValidationService, createValidationHandler())
    .registerService(SecureService, createPermissionHandler())
    .registerService(DataService, createMidStreamErrorHandler());
}
