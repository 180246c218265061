import { fromJson, type JsonValue, toJson } from '@bufbuild/protobuf';
import { ValueSchema } from '@bufbuild/protobuf/wkt';
import { credentials, status } from '@grpc/grpc-js';
import { type AsyncClient, createAsyncClient, StatusError } from '@streamlings/grpc';
import {
  StreamEvent_Kind as Kind,
  MockAdminService,
  type Stream,
  type StreamEvent,
} from '../../gen/streamlings/mock/v1/mock_pb.ts';
import { parseJson } from '../dialect/json.ts';
import { type FlagKinds, type Flags, readAddress, readFlags } from './flags.ts';
import { formatEvent } from './format-journal.ts';
import { readNumber } from './settings.ts';
import { UsageError } from './usage-error.ts';

type Admin = AsyncClient<typeof MockAdminService>;

/** Prints the journal of a server that runs. @throws UsageError */
export async function showJournal(args: string[]): Promise<void> {
  const flags = readFlags(args, withAdmin({ follow: 'boolean' }));
  await ask(flags, async (admin) => {
    if (flags.values.follow === true) {
      for await (const { stream, event } of admin.tailStreams({ fromStart: true }))
        if (stream && event) print(stream, event);
      return;
    }
    const { streams } = await admin.listStreams({});
    for (const stream of streams) for (const event of stream.events) print(stream, event);
  });
}

/** Sends a message into a stream. @throws UsageError */
export async function pushMessage(args: string[]): Promise<void> {
  const flags = readFlags(args, withAdmin({}), ['STREAM', 'JSON']);
  const [streamId = '', text = ''] = flags.positionals;
  let message: JsonValue;
  try {
    message = parseJson(text) as JsonValue;
  } catch {
    throw new UsageError(`\`${text}\` is no JSON: quote it as the shell wants, such as '{"content":"hi"}'.`);
  }
  await ask(flags, (admin) => admin.pushMessage({ streamId, message: fromJson(ValueSchema, message) }));
}

/** Forgets the journal. @throws UsageError */
export async function reset(args: string[]): Promise<void> {
  await ask(readFlags(args, withAdmin({})), (admin) => admin.reset({}));
}

/** Compares the journal with what was expected; the exit code is 1 where it differs. @throws UsageError */
export async function verify(args: string[]): Promise<void> {
  const kinds = withAdmin({ received: 'text', 'at-least': 'text', 'at-most': 'text' });
  const flags = readFlags(args, kinds, ['METHOD']);
  const { received, 'at-least': atLeast, 'at-most': atMost } = flags.values;
  const expectation = {
    method: flags.positionals[0] ?? '',
    ...(typeof received === 'string' && { received }),
    ...(typeof atLeast === 'string' && { atLeast: readNumber(atLeast, '--at-least', 0) }),
    ...(typeof atMost === 'string' && { atMost: readNumber(atMost, '--at-most', 0) }),
  };
  await ask(flags, async (admin) => {
    const { verdicts } = await admin.verify({ expectations: [expectation] });
    for (const { text, met } of verdicts) {
      process.stdout.write(`${text}\n`);
      if (!met) process.exitCode = 1;
    }
  });
}

function withAdmin(kinds: FlagKinds): FlagKinds {
  return { ...kinds, admin: 'text' };
}

async function ask(flags: Flags, question: (admin: Admin) => Promise<unknown>): Promise<void> {
  const address = String(flags.values.admin ?? '127.0.0.1:50051');
  readAddress(address, '--admin');
  const admin = createAsyncClient(MockAdminService, address, credentials.createInsecure());
  try {
    await question(admin);
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    if (error.code === status.UNAVAILABLE)
      throw new UsageError(
        `No mock server answers at \`${address}\`: start one, or say where it is with \`--admin\`.`,
      );
    throw new UsageError(`\`${address}\` answers: ${error.details}.`);
  } finally {
    admin.close();
  }
}

function print({ id, method, status: end }: Stream, event: StreamEvent): void {
  const { kind, atMs, scheduledMs, line, text, message } = event;
  const described = {
    stream: id,
    method,
    kind: nameOfKind(kind),
    atMs,
    scheduledMs,
    line,
    text,
    message: message && toJson(ValueSchema, message),
    code: kind === Kind.ENDED ? end?.code : undefined,
  };
  process.stdout.write(`${formatEvent(described)}\n`);
}

function nameOfKind(kind: Kind): string {
  const [name = ''] = Object.entries(Kind).find(([, value]) => value === kind) ?? [];
  return name.toLowerCase().replace('_', '-');
}
