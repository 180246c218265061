import { type ClientReadableStream, credentials, Server, ServerCredentials, status } from '@grpc/grpc-js';
import type { Load } from '@streamlings/grading';
import { watchWire } from '@streamlings/grading/demo';
import { createWorld } from '@streamlings/grading/world';
import { createClient, createServiceDefinition } from '@streamlings/grpc';
import { FeedService } from '@streamlings/proto/streamlings/feed/v1/feed';
import { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import type { Exercise, Handlers } from './checks.ts';

/** Longer than anything here takes, so that a call that hangs shows up as DEADLINE_EXCEEDED. */
const PATIENCE_MS = 2000;

/** Runs the four files of an exercise against each other and prints what comes back. */
export async function demo(exercise: Load<Exercise>): Promise<void> {
  const [echo, processor, feed, client] = await Promise.all([
    exercise.echo(),
    exercise.processor(),
    exercise.feed(),
    exercise.client(),
  ]);
  const { world, controls } = createWorld();
  const options = () => ({ deadline: Date.now() + PATIENCE_MS });

  for (const [file, handlers] of [
    ['src/echo.ts', echo.handlers()],
    ['src/processor.ts', processor.handlers(world)],
  ] as const) {
    console.log(`${file}: three messages, the second without content, and the half-close`);
    await using server = await serve(handlers);
    const caller = createClient(StreamingService, server.address, credentials.createInsecure());
    const call = caller.bidirectionalStreaming(options());
    for (const content of ['Hello', '', 'Goodbye']) call.write({ content, sender: 'ada' });
    call.end();
    await show(call, ({ content }) => content);
    caller.close();
  }

  console.log('src/feed.ts: a topic is followed, an event comes, another topic, two events');
  {
    const server = new Server();
    server.addService(createServiceDefinition(FeedService), { ...feed.handlers(world) });
    await using wire = await watchWire(FeedService, await listen(server));
    const caller = createClient(FeedService, wire.address, credentials.createInsecure());
    const call = caller.follow(options());
    const shown = show(call, ({ topic, text }) => `${topic}: ${text}`);
    const pause = async () => {
      for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
    };
    const events = [
      ['news', 'it rains'],
      ['sport', '2:1'],
      ['news', 'it has stopped'],
    ] as const;
    for (const [topic, text] of events) {
      call.write({ change: { case: 'follow', value: topic } });
      await pause();
      controls.bus.publish({ topic, text, level: 1, timeMs: 0 });
    }
    await pause();
    call.cancel();
    await shown;
    caller.close();
    server.forceShutdown();
  }

  console.log('src/client.ts: against your own echo');
  await using server = await serve(echo.handlers());
  await settle('askInTurn', client.askInTurn(server.address, ['Are you there?', 'Is that all?']));
  const talking = client.talk(server.address, ['one', 'two'], ({ content }) =>
    console.log(`  onMessage got: ${content}`),
  );
  await settle('talk', talking);
}

async function serve(handlers: Handlers): Promise<{ address: string } & AsyncDisposable> {
  const server = new Server();
  server.addService(createServiceDefinition(StreamingService), { ...handlers });
  const wire = await watchWire(StreamingService, await listen(server));
  const close = async () => {
    server.forceShutdown();
    await wire.close();
  };
  return { address: wire.address, [Symbol.asyncDispose]: close };
}

function listen(server: Server): Promise<string> {
  return new Promise((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(`127.0.0.1:${port}`),
    );
  });
}

/** Prints each message of a call, and its status. */
function show<T>(call: ClientReadableStream<T>, describe: (message: T) => string): Promise<void> {
  return new Promise((resolve) => {
    call.on('data', (message: T) => console.log(`  ${describe(message)}`));
    call.on('error', () => {});
    call.on('status', ({ code, details }) => {
      console.log(`  status ${code} ${status[code]}${details && details !== 'OK' ? `: ${details}` : ''}`);
      resolve();
    });
  });
}

/** Prints what a function of the client came to; a conversation that hangs is given up. */
async function settle(name: string, result: Promise<unknown>): Promise<void> {
  const patience = AbortSignal.timeout(PATIENCE_MS);
  const givenUp = new Promise<string>((resolve) => {
    patience.addEventListener('abort', () => resolve('does not come to an end'));
  });
  const text = result.then(
    (value) => `resolved${value === undefined ? '' : ` with ${JSON.stringify(value)}`}`,
    (error: Error) => `rejected: ${error.message}`,
  );
  console.log(`  ${name} ${await Promise.race([text, givenUp])}`);
}
