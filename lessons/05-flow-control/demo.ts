import { type ClientReadableStream, credentials, Server, ServerCredentials, status } from '@grpc/grpc-js';
import type { Load } from '@streamlings/grading';
import { watchWire } from '@streamlings/grading/demo';
import { createWorld } from '@streamlings/grading/world';
import { createClient, createServiceDefinition, type ServiceHandlers } from '@streamlings/grpc';
import {
  ObservatoryService,
  SlowClientPolicy,
} from '@streamlings/proto/streamlings/observatory/v1/observatory';
import { Archive } from './archive.ts';
import type { Exercise, PictureRow, StarRow } from './checks.ts';

/** Longer than anything here takes, so that a call that hangs shows up as DEADLINE_EXCEEDED. */
const PATIENCE_MS = 3000;

/** Runs the four files of an exercise and prints what comes back; the frames of two of the calls, too. */
export async function demo(exercise: Load<Exercise>): Promise<void> {
  const [pictures, sightings, stars, client] = await Promise.all([
    exercise.pictures(),
    exercise.sightings(),
    exercise.stars(),
    exercise.client(),
  ]);
  const { world, controls } = createWorld();
  const data = world.random.bytes(16 * 1024);
  const options = () => ({ deadline: Date.now() + PATIENCE_MS });

  for (const way of ['byHand', 'byPipeline'] as const) {
    console.log(
      `src/pictures.ts, ${way}: 100 pictures of 4 KiB for a client that reads one and stands still`,
    );
    const archive = new Archive<PictureRow>({
      row: (number) => ({ number, data: data.subarray(0, 4096) }),
      rows: 100,
      batch: 10,
    });
    await using server = await serve(pictures[way](archive.open), { isShown: way === 'byHand' });
    const call = server.client.readPictures({ night: 'clear' }, options());
    const seen = follow(call, { pauseAfter: 1 });
    await Promise.race([untilQuiet(() => archive.rowsRead), seen.ended]);
    console.log(`  it has ${seen.messages.length}, and ${archive.rowsRead} were read from the archive`);
    call.resume();
    console.log(`  it reads on: ${await seen.ended} after ${seen.messages.length} pictures`);
  }

  console.log('src/sightings.ts: three comets move 3,000 times while a client stands still');
  for (const name of ['DROP_OLDEST', 'CONFLATE', 'DISCONNECT'] as const) {
    await using server = await serve(sightings.handlers(world));
    const call = server.client.watchSightings({ policy: SlowClientPolicy[name] }, options());
    const seen = follow(call, { pauseAfter: 1 });
    await Promise.race([untilQuiet(() => controls.bus.listeners), seen.ended]);
    for (let move = 1; move <= 3000; move++) {
      const text = `place ${move}${' '.repeat(4000)}`;
      controls.bus.publish({ topic: `comet ${move % 3}`, text, level: 1, timeMs: 0 });
      if (move < 100) await new Promise((resolve) => setImmediate(resolve));
    }
    call.resume();
    await Promise.race([untilQuiet(() => seen.messages.length), seen.ended]);
    const last = seen.messages.slice(-3).map(({ object, place }) => `${object} at ${place.trim()}`);
    console.log(
      `  ${name}: it hears of ${seen.messages.length}, in the end of ${last.join(', ') || 'nothing'}`,
    );
    call.cancel();
    console.log(`  ${await seen.ended}`);
  }

  console.log('src/stars.ts: a million stars for a client that takes five batches');
  {
    const row = (id: number): StarRow => ({ id, note: 'A star like many others.'.repeat(6) });
    const archive = new Archive<StarRow>({ row, rows: 1_000_000, batch: 100 });
    await using server = await serve(stars.handlers(archive.open));
    const call = server.client.exportStars({}, options());
    const seen = follow(call, { pauseAfter: 5 });
    await Promise.race([untilQuiet(() => archive.rowsRead), seen.ended]);
    console.log(`  it has ${seen.messages.length} batches, and ${archive.rowsRead} stars were read`);
    call.cancel();
    console.log(`  ${await seen.ended}`);
    await untilQuiet(() => archive.unclosed);
    console.log(`  cursors still open: ${archive.unclosed}`);
  }

  console.log(
    'src/client.ts: 200 pictures of 16 KiB for a server that reads one and stands still for a while',
  );
  await using server = await serve({ submitPictures: readOneAndWait });
  let taken = 0;
  let delivered = 0;
  const camera = async function* () {
    while (taken < 200) yield { number: ++taken, data };
  };
  const submitted = client
    .submit(server.address, camera(), (count) => {
      delivered = count;
    })
    .then(
      () => 'resolves',
      (error: Error) => `rejects: ${error.message}`,
    );
  await Promise.race([untilQuiet(() => taken), submitted]);
  console.log(`  taken from the camera: ${taken}, called delivered: ${delivered}`);
  console.log(`  submit ${await submitted}, called delivered: ${delivered}`);
}

type Handlers = Partial<ServiceHandlers<typeof ObservatoryService>>;

const readOneAndWait: NonNullable<Handlers['submitPictures']> = (call) => {
  call.once('data', async ({ number }) => {
    call.pause();
    await untilQuiet(() => 0, 400);
    call.write({ number });
    call.on('data', (next) => call.write({ number: next.number }));
    call.on('end', () => call.end());
    call.resume();
  });
};

async function serve(handlers: Handlers, { isShown = false } = {}) {
  const server = new Server();
  server.addService(createServiceDefinition(ObservatoryService), { ...handlers });
  const listening = await new Promise<string>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(`127.0.0.1:${port}`),
    );
  });
  const wire = isShown ? await watchWire(ObservatoryService, listening) : undefined;
  const address = wire?.address ?? listening;
  const client = createClient(ObservatoryService, address, credentials.createInsecure());
  const close = async () => {
    client.close();
    server.forceShutdown();
    await wire?.close();
  };
  return { address, client, [Symbol.asyncDispose]: close };
}

/** Collects the messages of a call, and tells its status. */
function follow<T>(call: ClientReadableStream<T>, { pauseAfter }: { pauseAfter: number }) {
  const messages: T[] = [];
  call.on('data', (message: T) => {
    if (messages.push(message) === pauseAfter) call.pause();
  });
  call.on('error', () => {});
  const ended = new Promise<string>((resolve) => {
    call.on('status', ({ code, details }) =>
      resolve(`status ${code} ${status[code]}${code === status.OK ? '' : `: ${details}`}`),
    );
  });
  return { messages, ended };
}

/** Waits until a number has stayed the same for many turns of the event loop. */
async function untilQuiet(read: () => number, turns = 200): Promise<void> {
  let last = read();
  for (let quiet = 0; quiet < turns; quiet++) {
    // A turn with a timer in it leaves the sockets the time that they need.
    await new Promise((resolve) => setTimeout(resolve, 1));
    if (read() !== last) quiet = 0;
    last = read();
  }
}
