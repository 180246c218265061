import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { status } from '@grpc/grpc-js';
import type { Clock, Load, Store } from '@streamlings/grading';
import {
  type AsyncClient,
  type AsyncHandlers,
  type CallContext,
  createAsyncHandlers,
  StatusError,
} from '@streamlings/grpc';
import { type CarrierService, ParcelService } from '@streamlings/proto/streamlings/parcel/v1/parcel';
import type { Caller, Exercise, Permission } from './checks.ts';

/** Who may use the office of the demo, by token. */
const callers = new Map<string, Caller>([
  ['ada', { name: 'Ada', may: ['register', 'quote', 'track'] }],
  ['bo', { name: 'Bo', may: ['quote', 'track'] }],
]);

const places = ['Graz', 'Vienna', 'Linz', 'Passau', 'Nuremberg', 'Erfurt', 'Leipzig', 'Halle'];
/** After how many events the office of the demo loses its sources. */
const EVENTS_PER_STREAM = 3;

/** Puts the files of `src` together to one server: the gate before each method, the breaker before the carrier. */
export async function createOffice(
  exercise: Load<Exercise>,
  {
    store,
    clock,
    carrier,
  }: { store: Store; clock: Clock; carrier: Pick<AsyncClient<typeof CarrierService>, 'getPrice'> },
) {
  const [register, gate, quote, breaker] = await Promise.all([
    exercise.register(),
    exercise.gate(),
    exercise.quote(),
    exercise.breaker(),
  ]);
  const { admit } = gate.createGate(clock, callers);
  const guard = breaker.createBreaker(clock);
  const { register: registerOne, registerAll } = register.handlers(store);
  const { quote: quoteOne } = quote.handlers(store, {
    getPrice: (request, options) => {
      const ask = () => carrier.getPrice(request, options);
      return guard
        .run(ask)
        .catch((error) => (isUnwritten(error, 'the breaker') ? ask() : Promise.reject(error)));
    },
  });
  const pass = ({ requestMetadata }: CallContext, permission: Permission): void => {
    try {
      admit(requestMetadata, permission);
    } catch (error) {
      if (!isUnwritten(error, 'the gate')) throw error;
    }
  };
  const handlers: AsyncHandlers<typeof ParcelService> = {
    register: (request, context) => {
      pass(context, 'register');
      return registerOne(request, context);
    },
    registerAll: (requests, context) => {
      pass(context, 'register');
      return registerAll(requests, context);
    },
    quote: (request, context) => {
      pass(context, 'quote');
      return quoteOne(request, context);
    },
    track: (request, context) => {
      pass(context, 'track');
      return trackInParts(request, clock);
    },
  };
  return createAsyncHandlers(ParcelService, handlers, { onInternalError: tellWhere });
}

/** Tells whoever writes the office what its clients are not told: which line has failed. */
function tellWhere(error: unknown): void {
  const lines = error instanceof Error ? (error.stack ?? error.message).split('\n') : [String(error)];
  console.error(`  the office has failed: ${lines.slice(0, 2).join('\n')}`);
}

/** Whether a file of `src` is still as it was given; the office then does without it. */
function isUnwritten(error: unknown, what: string): boolean {
  return (
    error instanceof StatusError && error.code === status.UNIMPLEMENTED && error.details.startsWith(what)
  );
}

/** Tells of a few events, and breaks; whoever asks for the rest gets the next few. */
async function* trackInParts({ afterPosition }: { afterPosition: number }, clock: Clock) {
  const last = Math.min(afterPosition + EVENTS_PER_STREAM, places.length);
  for (let position = afterPosition + 1; position <= last; position++) {
    yield { position, place: places[position - 1] ?? '', time: timestampFromMs(clock.now()) };
  }
  if (last < places.length) throw new StatusError(status.UNAVAILABLE, 'the office has lost its sources');
}
