// misconception: L2-03
// fails: sends the departures to a harbour in their order and ends with OK
import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { Server, status } from '@grpc/grpc-js';
import {
  createAsyncHandlers,
  createServiceDefinition,
  type ServiceHandler,
  StatusError,
} from '@streamlings/grpc';
import {
  type DepartureSchema,
  DepartureState,
  FerryService,
} from '../../steps/03/src/gen/streamlings/ferry/v1/ferry_pb.ts';
import type { Sailing, Timetable } from '../../steps/03/src/timetable.ts';

/** Creates the server of the harbour; whoever calls this binds it to an address. */
export function createServer(timetable: Timetable): Server {
  const server = new Server();
  const handlers = createAsyncHandlers(FerryService, {
    async getDeparture({ id }) {
      if (id === '') throw new StatusError(status.INVALID_ARGUMENT, 'id must not be empty');
      // What the timetable throws is its own business: an error without a status becomes INTERNAL, without its text.
      const sailing = await timetable.find(id);
      if (!sailing) throw new StatusError(status.NOT_FOUND, `there is no ferry ${id}`);
      return { departure: toDeparture(sailing) };
    },
    listDepartures: () => [],
  });
  const listDepartures: ServiceHandler<typeof FerryService, 'listDepartures'> = async (call) => {
    const { harbour } = call.request;
    if (harbour === '') {
      call.emit('error', { code: status.INVALID_ARGUMENT, details: 'harbour must not be empty' });
      return;
    }
    const walk = timetable.sailingsTo(harbour);
    call.once('cancelled', () => void walk.return?.());
    try {
      for await (const sailing of walk) call.write({ departure: toDeparture(sailing) });
    } catch {
      call.emit('error', { code: status.INTERNAL, details: 'the timetable has failed' });
    }
  };
  server.addService(createServiceDefinition(FerryService), { ...handlers, listDepartures });
  // TODO: Let tools ask whether the server is healthy, and what it serves.
  return server;
}

const states: Record<Sailing['state'], DepartureState> = {
  'on time': DepartureState.ON_TIME,
  delayed: DepartureState.DELAYED,
  cancelled: DepartureState.CANCELLED,
};

function toDeparture({
  id,
  harbour,
  departsAt,
  fareCents,
  state,
}: Sailing): MessageInitShape<typeof DepartureSchema> {
  return { id, harbour, fareCents, departsAt: timestampFromDate(departsAt), state: states[state] };
}
