import type { DescService } from '@bufbuild/protobuf';
import { credentials, Metadata } from '@grpc/grpc-js';
import { BadRequestSchema, ErrorInfoSchema, RetryInfoSchema } from '../../gen/google/rpc/error_details_pb.ts';
import { type AsyncClient, createAsyncClient, StatusError } from '../../src/index.ts';
import { systemClock } from '../clock.ts';
import { DataService } from '../gen/data/v1/data_pb.ts';
import { LimitedService } from '../gen/limited/v1/limited_pb.ts';
import { SecureService } from '../gen/secure/v1/secure_pb.ts';
import { TimeoutService } from '../gen/timeout/v1/timeout_pb.ts';
import { ValidationService } from '../gen/validation/v1/validation_pb.ts';
import { serve } from '../serve.ts';
import { createRegistry } from './create-registry.ts';

const server = await serve(createRegistry({ clock: systemClock, perSecond: 3 }));

/** Makes calls with a client of its own. */
async function use<S extends DescService>(service: S, calls: (client: AsyncClient<S>) => Promise<void>) {
  const client = createAsyncClient(service, server.address, credentials.createInsecure());
  await calls(client);
  client.close();
}

/** Prints how a stream went: how many messages came, and how it ended. */
async function report(what: string, messages: AsyncIterable<unknown>) {
  let count = 0;
  try {
    for await (const _ of messages) count++;
    console.log(`  ${what}: ${count} items, OK`);
  } catch (error) {
    console.log(`  ${what}: ${count} items, ${describe(error)}`);
  }
}

function describe(error: unknown): string {
  if (!(error instanceof StatusError)) throw error;
  const details = [
    ...error.findDetails(RetryInfoSchema).map(() => 'retry info'),
    ...error
      .findDetails(ErrorInfoSchema)
      .map(({ metadata }) => `${metadata.items_processed} items processed`),
    ...error.findDetails(BadRequestSchema).map(({ fieldViolations }) => fieldViolations[0]?.field),
  ];
  return error.message + (details.length > 0 ? ` (${details.join(', ')})` : '');
}

await use(LimitedService, async (client) => {
  console.log('Three streams a second');
  for (let call = 1; call <= 5; call++) await report(`call ${call}`, client.streamItems({ count: 2 }));
});

await use(TimeoutService, async (client) => {
  console.log('Too little time');
  await report("the request's", client.streamItems({ timeoutSeconds: 0.25, delayMs: 100 }));
  await report("the call's", client.streamItems({ delayMs: 100 }, { deadline: Date.now() + 250 }));
});

await use(ValidationService, async (client) => {
  console.log('Items that are looked at');
  const good = { id: 'a', value: 1.5 };
  const { validItems, totalValue } = await client.validateItems([good, { id: 'b', value: 2 }]);
  console.log(`  ${validItems} valid items, ${totalValue} in total`);
  for (const bad of [{ value: 1 }, { id: 'b' }, { id: 'c', value: -1 }]) {
    await client.validateItems([good, bad]).catch((error) => console.log(`  ${describe(error)}`));
  }
});

await use(SecureService, async (client) => {
  console.log('Data for some');
  const as = (token: string) => {
    const metadata = new Metadata();
    metadata.set('authorization', `Bearer ${token}`);
    return { metadata };
  };
  await report('nobody reads', client.getSecureData({}));
  await report('a guest reads', client.getSecureData({}, as('guest')));
  await report('a guest writes', client.getSecureData({ permission: 'write' }, as('guest')));
  await report('an admin deletes', client.getSecureData({ permission: 'delete' }, as('admin')));
});

await use(DataService, async (client) => {
  console.log('An error in the middle');
  await report('without it', client.streamData({}));
  await report('at 5', client.streamData({ errorAtIndex: 5 }));
});

server.close();
