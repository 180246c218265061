import { setTimeout as sleep } from 'node:timers/promises';
import { logVerbosity, Server, ServerCredentials, setLogVerbosity } from '@grpc/grpc-js';
import { createAsyncHandlers, createServiceDefinition } from '@streamlings/grpc';
import { CarrierService } from '@streamlings/proto/streamlings/parcel/v1/parcel';
import { CARRIER_ADDRESS } from './serve.ts';

const [delay = '0'] = process.argv.slice(2);
const delayMs = Number(delay);
if (!(delayMs >= 0)) {
  console.error(
    `\`${delay}\` is no time: give the milliseconds that the carrier thinks about each price, or nothing.`,
  );
  process.exit(2);
}

// That the address is taken is said below, in words.
setLogVerbosity(logVerbosity.NONE);
const server = new Server();
const handlers = createAsyncHandlers(CarrierService, {
  async getPrice({ weightGrams }, { remainingMs, signal }) {
    console.log(`price for ${weightGrams} g? ${Math.round(remainingMs)} ms left`);
    try {
      await sleep(delayMs, undefined, { signal });
    } catch (error) {
      console.log(`  nobody waits for it any more: ${signal.reason.message}`);
      throw error;
    }
    return { price: { currencyCode: 'EUR', minorUnits: 390n + BigInt(weightGrams) / 10n } };
  },
});
server.addService(createServiceDefinition(CarrierService), { ...handlers });
server.bindAsync(CARRIER_ADDRESS, ServerCredentials.createInsecure(), (error) => {
  if (error) {
    console.error(`\`${CARRIER_ADDRESS}\` is taken: end the carrier that runs already.`);
    process.exit(2);
  }
  console.log(`the carrier listens on ${CARRIER_ADDRESS}; Ctrl-C ends it`);
});
