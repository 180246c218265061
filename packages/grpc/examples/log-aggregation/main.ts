import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { credentials } from '@grpc/grpc-js';
import { createAsyncClient, GrpcHandlerRegistry } from '../../src/index.ts';
import { systemClock } from '../clock.ts';
import { LogService } from '../gen/logging/v1/logging_pb.ts';
import { StorageService } from '../gen/storage/v1/storage_pb.ts';
import { serve } from '../serve.ts';
import { createLogHandler } from './log-handler.ts';
import { createStorageHandler } from './storage-handler.ts';

const registry = new GrpcHandlerRegistry()
  .registerService(LogService, createLogHandler({ clock: systemClock }))
  .registerService(StorageService, createStorageHandler({ random: Math.random }));
const server = await serve(registry);
const logs = createAsyncClient(LogService, server.address, credentials.createInsecure());
const storage = createAsyncClient(StorageService, server.address, credentials.createInsecure());

async function* entries() {
  const levels = ['INFO', 'WARN', 'ERROR', 'DEBUG'];
  for (let i = 0; i < 25; i++) {
    yield { level: levels[i % 4], message: `entry ${i}`, timestampSeconds: BigInt(1_700_000_000 + i) };
    await sleep(50);
  }
}

const summary = await logs.uploadLogs(entries());
console.log(`${summary.totalLogs} entries`);
for (const [level, count] of Object.entries(summary.levelCounts).sort()) console.log(`  ${level} ${count}`);
console.log(`  from ${summary.timeRange?.startSeconds} to ${summary.timeRange?.endSeconds}`);
console.log(`  error rate ${summary.errorRate}`);

const chunks = [0, 1, 2, 3, 4].map((chunkId) => ({ chunkId, data: randomBytes(256), isLast: chunkId === 4 }));
const { totalBytes, totalChunks, status } = await storage.uploadFile(chunks);
console.log(`a file of ${totalBytes} bytes in ${totalChunks} chunks: ${status}`);

logs.close();
storage.close();
server.close();
