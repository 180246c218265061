// misconception: W1-07
// fails: lists FerryService and Health by reflection
import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { Server, status } from '@grpc/grpc-js';
import { createAsyncHandlers, createServiceDefinition, StatusError } from '@streamlings/grpc';
import { addHealth, ServingStatus } from '@streamlings/grpc/health';
import { addReflection } from '@streamlings/grpc/reflection';
import {
  type DepartureSchema,
  DepartureState,
  FerryService,
} from '../../steps/04/src/gen/streamlings/ferry/v1/ferry_pb.ts';
import type { Sailing, Timetable } from '../../steps/04/src/timetable.ts';

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
    async *listDepartures({ harbour }, { signal }) {
      if (harbour === '') throw new StatusError(status.INVALID_ARGUMENT, 'harbour must not be empty');
      // Without the signal, a walk that waits for its next sailing would not hear that the client has left.
      for await (const sailing of timetable.sailingsTo(harbour, { signal })) {
        yield { departure: toDeparture(sailing) };
      }
    },
  });
  server.addService(createServiceDefinition(FerryService), handlers);
  // The name of a service is what a load balancer asks for; of itself, health knows the server as a whole alone.
  addHealth(server).set(FerryService.typeName, ServingStatus.SERVING);
  addReflection(server, []);
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
