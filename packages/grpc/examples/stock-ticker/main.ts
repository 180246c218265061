import { credentials } from '@grpc/grpc-js';
import { createAsyncClient, GrpcHandlerRegistry } from '../../src/index.ts';
import { systemClock } from '../clock.ts';
import { StockService } from '../gen/stock/v1/stock_pb.ts';
import { serve } from '../serve.ts';
import { createStockHandler } from './stock-handler.ts';

const handler = createStockHandler({ clock: systemClock, random: Math.random });
const server = await serve(new GrpcHandlerRegistry().registerService(StockService, handler));
const client = createAsyncClient(StockService, server.address, credentials.createInsecure());

console.log('One price');
const { symbol, price } = await client.getPrice({ symbol: 'MSFT' });
console.log(`  ${symbol} ${price.toFixed(2)}`);

console.log('Five prices of AAPL');
for await (const { symbol, sequence, price } of client.streamPrices({ symbol: 'AAPL', count: 5 })) {
  console.log(`  ${symbol} #${sequence} ${price.toFixed(2)}`);
}

console.log('AAPL and GOOGL for two seconds');
const both = client.streamMultiplePrices({ symbols: ['AAPL', 'GOOGL'], durationSeconds: 2 });
for await (const { symbol, sequence, price } of both) {
  console.log(`  round ${sequence}: ${symbol} ${price.toFixed(2)}`);
}

console.log('The first three of ten thousand: leaving cancels the call');
for await (const { symbol, sequence, price } of client.streamPrices({ symbol: 'TSLA', count: 10_000 })) {
  console.log(`  ${symbol} #${sequence} ${price.toFixed(2)}`);
  if (sequence === 3) break;
}

client.close();
server.close();
