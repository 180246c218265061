import type { Metadata, status } from '@grpc/grpc-js';
import { type Clock, type Load, type Store, step } from '@streamlings/grading';
import type { AsyncClient, AsyncHandlers } from '@streamlings/grpc';
import type {
  CarrierService,
  ParcelService,
  TrackResponse,
} from '@streamlings/proto/streamlings/parcel/v1/parcel';
import { breakerChecks } from './breaker-checks.ts';
import { clientChecks } from './client-checks.ts';
import { codesChecks } from './codes-checks.ts';
import { gateChecks } from './gate-checks.ts';
import { quoteChecks } from './quote-checks.ts';
import { registerChecks } from './register-checks.ts';
import type { Situation } from './situations.ts';

type Handlers = AsyncHandlers<typeof ParcelService>;

/** What a call may be allowed to do. */
export type Permission = 'register' | 'quote' | 'track';

/** Somebody who uses the office. */
export interface Caller {
  name: string;
  may: readonly Permission[];
}

/** What the files of `src` export. */
export interface Exercise {
  codes: {
    predictions: Record<
      Situation,
      readonly [code: keyof typeof status, madeBy: 'handler' | 'server library' | 'client library']
    >;
  };
  register: { handlers(store: Store): Pick<Handlers, 'register' | 'registerAll'> };
  gate: {
    createGate(
      clock: Clock,
      callers: ReadonlyMap<string, Caller>,
    ): { admit(metadata: Metadata, permission: Permission): void };
  };
  quote: {
    handlers(
      store: Store,
      carrier: Pick<AsyncClient<typeof CarrierService>, 'getPrice'>,
    ): Pick<Handlers, 'quote'>;
  };
  client: {
    serviceConfig: object;
    track(
      client: Pick<AsyncClient<typeof ParcelService>, 'track'>,
      parcelId: string,
      handle: (event: TrackResponse) => Promise<void>,
      clock: Clock,
    ): Promise<void>;
    patiently<T>(clock: Clock, call: () => Promise<T>): Promise<T>;
  };
  breaker: { createBreaker(clock: Clock): { run<T>(call: () => Promise<T>): Promise<T> } };
}

export function checks(exercise: Load<Exercise>): void {
  step({ number: 1, title: 'Seventeen codes', file: 'src/codes.ts' }, () => codesChecks(exercise.codes));
  step({ number: 2, title: 'What is wrong with what', file: 'src/register.ts' }, () =>
    registerChecks(exercise.register),
  );
  step({ number: 3, title: 'Who may, and how often', file: 'src/gate.ts' }, () => gateChecks(exercise.gate));
  step({ number: 4, title: 'Two hops', file: 'src/quote.ts' }, () => quoteChecks(exercise.quote));
  step({ number: 5, title: 'Once more', file: 'src/client.ts' }, () => clientChecks(exercise.client));
  step({ number: 6, title: 'Leave it alone', file: 'src/breaker.ts' }, () => breakerChecks(exercise.breaker));
}
