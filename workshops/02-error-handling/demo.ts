import { toJson } from '@bufbuild/protobuf';
import { credentials, Metadata, Server, ServerCredentials, status } from '@grpc/grpc-js';
import type { Load } from '@streamlings/grading';
import { watchWire } from '@streamlings/grading/demo';
import { createWorld } from '@streamlings/grading/world';
import {
  createAsyncClient,
  createAsyncHandlers,
  createClient,
  createServiceDefinition,
  StatusError,
} from '@streamlings/grpc';
import { BadRequestSchema, RetryInfoSchema } from '@streamlings/grpc/google/rpc/error_details';
import { CarrierService, ParcelService } from '@streamlings/proto/streamlings/parcel/v1/parcel';
import type { Exercise } from './checks.ts';
import { createOffice } from './office.ts';
import { realClock } from './real-clock.ts';

const parcel = { id: 'p1', weightGrams: 1200, destination: { city: 'Halle', countryCode: 'DE' } };

/** Runs an office with the files of an exercise, and prints what its client hears, between the frames of the office. */
export async function demo(exercise: Load<Exercise>): Promise<void> {
  const { world } = createWorld();
  const state = { isThere: true, asked: 0 };
  const carriers = await listen((server) => {
    const getPrice = () => {
      state.asked++;
      if (!state.isThere) throw new StatusError(status.UNAVAILABLE, 'carrier-7 is away');
      return { price: { currencyCode: 'EUR', minorUnits: 510n } };
    };
    server.addService(createServiceDefinition(CarrierService), {
      ...createAsyncHandlers(CarrierService, { getPrice }),
    });
  });
  const carrier = createAsyncClient(CarrierService, carriers.address, credentials.createInsecure());
  const handlers = await createOffice(exercise, { store: world.store, clock: realClock, carrier });
  const offices = await listen((server) => {
    server.addService(createServiceDefinition(ParcelService), { ...handlers });
  });
  const wire = await watchWire(ParcelService, offices.address);
  const { serviceConfig, track } = await exercise.client();
  const channel = createClient(ParcelService, wire.address, credentials.createInsecure(), {
    'grpc.service_config': JSON.stringify(serviceConfig),
  });
  const client = createAsyncClient(ParcelService, channel);
  const as = (token: string) => {
    const metadata = new Metadata();
    metadata.set('authorization', `Bearer ${token}`);
    return { metadata, deadline: Date.now() + 3000 };
  };
  const report = async (what: string, call: Promise<unknown>) => {
    const heard = await call.then(() => '0 OK', describe);
    console.log(`${what}: ${heard}`);
  };

  await report('Ada registers a parcel', client.register({ parcel }, as('ada')));
  await report('Ada registers it again', client.register({ parcel }, as('ada')));
  await report('Ada registers an empty one', client.register({ parcel: {} }, as('ada')));
  await report('Ada registers a fourth time', client.register({ parcel }, as('ada')));
  await report('Bo registers a parcel', client.register({ parcel }, as('bo')));
  await report('Zoe registers a parcel', client.register({ parcel }, as('zoe')));
  await report('Bo asks for a price', client.quote({ parcelId: 'p1' }, as('bo')));

  await realClock.sleep(1000);
  console.log('The office loses its sources after every third event');
  const tracked = { track: (request: { parcelId: string }) => client.track(request, as('bo')) };
  const show = async ({ position, place }: { position: number; place: string }) =>
    console.log(`  ${position} ${place}`);
  await report('Bo follows the parcel', track(tracked as typeof client, 'p1', show, realClock));

  console.log('The carrier is away');
  state.isThere = false;
  state.asked = 0;
  await realClock.sleep(1000);
  await report('Bo asks for a price', client.quote({ parcelId: 'p1' }, as('bo')));
  await report('Ada asks for a price', client.quote({ parcelId: 'p1' }, as('ada')));
  console.log(`The carrier was asked ${state.asked} times`);

  carrier.close();
  channel.close();
  await wire.close();
  for (const { server } of [offices, carriers]) server.forceShutdown();
}

function describe(error: unknown): string {
  if (!(error instanceof StatusError)) return String(error);
  const details = [
    ...error.findDetails(BadRequestSchema).map((detail) => toJson(BadRequestSchema, detail)),
    ...error.findDetails(RetryInfoSchema).map((detail) => toJson(RetryInfoSchema, detail)),
  ];
  return [error.message, ...details.map((detail) => JSON.stringify(detail))].join(' ');
}

async function listen(add: (server: Server) => void): Promise<{ server: Server; address: string }> {
  const server = new Server();
  add(server);
  const port = await new Promise<number>((resolve, reject) => {
    const insecure = ServerCredentials.createInsecure();
    server.bindAsync('127.0.0.1:0', insecure, (error, bound) => (error ? reject(error) : resolve(bound)));
  });
  return { server, address: `127.0.0.1:${port}` };
}
