// misconception: L1-07
// fails: answers a missing id, an unknown one and a broken timetable with the status that fits
import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { Server, status } from '@grpc/grpc-js';
import { createAsyncHandlers, createServiceDefinition, StatusError } from '@streamlings/grpc';
import {
  type DepartureSchema,
  DepartureState,
  FerryService,
} from '../../steps/02/src/gen/streamlings/ferry/v1/ferry_pb.ts';
import type { Sailing, Timetable } from '../../steps/02/src/timetable.ts';

/** Creates the server of the harbour; whoever calls this binds it to an address. */
export function createServer(timetable: Timetable): Server {
  const server = new Server();
  const handlers = createAsyncHandlers(FerryService, {
    async getDeparture({ id }) {
      if (id === '') throw new StatusError(status.INVALID_ARGUMENT, 'id must not be empty');
      // What the timetable throws is its own business: an error without a status becomes INTERNAL, without its text.
      const sailing = await timetable.find(id);
      if (!sailing) throw new StatusError(status.INTERNAL, `there is no ferry ${id}`);
      return { departure: toDeparture(sailing) };
    },
    listDepartures() {
      throw new StatusError(status.UNIMPLEMENTED, 'ListDepartures is not written yet');
    },
  });
  server.addService(createServiceDefinition(FerryService), handlers);
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
