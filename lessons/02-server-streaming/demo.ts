import { type ClientReadableStream, credentials, Server, ServerCredentials, status } from '@grpc/grpc-js';
import type { Load } from '@streamlings/grading';
import { watchWire } from '@streamlings/grading/demo';
import { createWorld } from '@streamlings/grading/world';
import { createClient, createServiceDefinition } from '@streamlings/grpc';
import {
  NotificationService,
  Severity,
  SubscriptionType,
} from '@streamlings/proto/streamlings/notification/v1/notification';
import { type Message, StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import type { Exercise } from './checks.ts';

/** Longer than anything here takes, so that a call that hangs shows up as DEADLINE_EXCEEDED. */
const PATIENCE_MS = 2000;

/** Runs the three files of an exercise against each other and prints what comes back. */
export async function demo(exercise: Load<Exercise>): Promise<void> {
  const { world, controls } = createWorld();
  const [streaming, client, notifications] = await Promise.all([
    exercise.server(),
    exercise.client(),
    exercise.notifications(),
  ]);
  const report = (ending: string) => console.log(`  the server reports: ${ending}`);
  const server = new Server();
  server.addService(createServiceDefinition(StreamingService), { ...streaming.handlers(world, report) });
  server.addService(createServiceDefinition(NotificationService), { ...notifications.handlers(world) });
  await using wire = await watchWire([StreamingService, NotificationService], await listen(server));
  const { address } = wire;

  console.log('src/server.ts: three messages about news, then a topic that is missing');
  const reader = createClient(StreamingService, address, credentials.createInsecure());
  const options = () => ({ deadline: Date.now() + PATIENCE_MS });
  await show(reader.serverStreaming({ topic: 'news', maxMessages: 3 }, options()), ({ content }) => content);
  controls.source.script({ failAfter: 0, failCode: 'ENOENT', failMessage: '/srv/topics/nothing' });
  await show(
    reader.serverStreaming({ topic: 'nothing', maxMessages: 3 }, options()),
    ({ content }) => content,
  );
  reader.close();

  console.log(
    'src/client.ts: a whole stream, the first two of 10,000 messages, and one message after the other',
  );
  controls.source.script({});
  const wanted = { topic: 'news', maxMessages: 4 };
  const print = (message: Message) => console.log(`  onMessage got: ${message.content}`);
  await settle('readAll', client.readAll(address, wanted));
  const before = controls.source.yielded;
  await settle('take', client.take(address, { ...wanted, maxMessages: 10_000 }, 2));
  // A moment for a server that was never told to stop; it makes its messages as fast as it can.
  for (let turn = 0; turn < 500; turn++) await new Promise((resolve) => setImmediate(resolve));
  console.log(`  the server made ${controls.source.yielded - before} messages for it`);
  await settle('watch', client.watch(address, wanted, 30_000, world, print));

  console.log('src/notifications.ts: deploys and alerts, from WARNING on');
  const subscriber = createClient(NotificationService, address, credentials.createInsecure());
  const subscription = subscriber.subscribe(
    { topics: ['deploys', 'alerts'], type: SubscriptionType.REALTIME, minSeverity: Severity.WARNING },
    options(),
  );
  const shown = show(subscription, ({ topic, severity, message }) => {
    if (message === 'the demo is over') subscription.cancel();
    return `${topic}, severity ${severity}: ${message}`;
  });
  await Promise.race([controls.bus.subscribed(), shown]);
  const publish = (topic: string, text: string, level: number) =>
    controls.bus.publish({ topic, text, level, timeMs: world.clock.now() });
  publish('deploys', 'version 7 is out', Severity.INFO);
  publish(
    'alerts',
    'the disk is nearly full: delete something 🗑️, buy a bigger one 💶, or wait and see 👀',
    3,
  );
  publish('lunch', 'soup', Severity.CRITICAL);
  publish('alerts', 'the demo is over', Severity.WARNING);
  await shown;
  subscriber.close();
  server.forceShutdown();
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

/** Prints what a function of the client came to. */
async function settle(name: string, result: Promise<Message[] | string>): Promise<void> {
  const text = await result.then(
    (value) => `resolved with ${typeof value === 'string' ? value : `${value.length} messages`}`,
    (error: Error) => `rejected: ${error.message}`,
  );
  console.log(`  ${name} ${text}`);
}
