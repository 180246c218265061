import { credentials } from '@grpc/grpc-js';
import type { Load } from '@streamlings/grading';
import { watchWire } from '@streamlings/grading/demo';
import { createAsyncClient, type StatusError } from '@streamlings/grpc';
import { type Departure, FerryService } from '@streamlings/proto/streamlings/ferry/v1/ferry';
import type { Exercise } from './checks.ts';
import { serve } from './serve.ts';

/** Longer than anything here takes, so that a call that hangs shows up as DEADLINE_EXCEEDED. */
const PATIENCE_MS = 2000;

/** Asks the server of an exercise as a traveller would, and prints what comes back, between the frames. */
export async function demo(exercise: Load<Exercise>): Promise<void> {
  const { services, address } = await serve(exercise);
  await using wire = await watchWire(services, address);
  const client = createAsyncClient(FerryService, wire.address, credentials.createInsecure());
  const options = () => ({ deadline: Date.now() + PATIENCE_MS });

  for (const id of ['F12', 'X1', '']) {
    const answer = await client.getDeparture({ id }, options()).then(
      ({ departure }) => describe(departure),
      (error: StatusError) => error.message,
    );
    console.log(`GetDeparture ${JSON.stringify(id)} -> ${answer}`);
  }
  try {
    for await (const { departure } of client.listDepartures({ harbour: 'Norderney' }, options()))
      console.log(`ListDepartures -> ${describe(departure)}`);
    console.log('ListDepartures -> that was all');
  } catch (error) {
    console.log(`ListDepartures -> ${(error as StatusError).message}`);
  }
  client.close();
  process.exit();
}

function describe(departure: Departure | undefined): string {
  return departure ? `${departure.id} to ${departure.harbour}, ${departure.fareCents} cents` : 'nothing';
}
