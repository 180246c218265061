import { status } from '@grpc/grpc-js';
import { describe, expect, test } from 'vitest';
import { LogService } from '../../examples/gen/logging/v1/logging_pb.ts';
import { StorageService } from '../../examples/gen/storage/v1/storage_pb.ts';
import { createLogHandler } from '../../examples/log-aggregation/log-handler.ts';
import { createStorageHandler } from '../../examples/log-aggregation/storage-handler.ts';
import { serveExample } from './example-server.ts';
import { cycle, VirtualClock } from './virtual-clock.ts';

const serveLogs = () => serveExample(LogService, createLogHandler({ clock: new VirtualClock() }));
const serveFiles = () => serveExample(StorageService, createStorageHandler({ random: cycle(0.5) }));

describe('UploadLogs', () => {
  test('counts levels, and finds the earliest and the latest entry', async () => {
    await using server = await serveLogs();
    const levels = ['INFO', 'WARN', 'ERROR', 'DEBUG'];
    const entries = Array.from({ length: 25 }, (_, i) => ({
      level: levels[i % 4],
      timestampSeconds: BigInt(1_700_000_000 + i),
    }));
    const summary = await server.connect().uploadLogs(entries.reverse());
    expect(summary).toMatchObject({
      totalLogs: 25,
      levelCounts: { INFO: 7, WARN: 6, ERROR: 6, DEBUG: 6 },
      timeRange: { startSeconds: 1_700_000_000n, endSeconds: 1_700_000_024n },
      errorRate: 0.24,
      processedAtMs: 1_700_000_000_000n,
    });
  });

  test('counts levels it does not know as UNKNOWN, and FATAL as an error', async () => {
    await using server = await serveLogs();
    const entries = [{ level: 'FATAL' }, { level: '__proto__' }, { level: 'info' }, {}];
    const { levelCounts, errorRate } = await server.connect().uploadLogs(entries);
    expect([{ ...levelCounts }, errorRate]).toEqual([{ FATAL: 1, UNKNOWN: 3 }, 0.25]);
  });

  test('answers an upload without entries', async () => {
    await using server = await serveLogs();
    const { totalLogs, levelCounts, errorRate, timeRange } = await server.connect().uploadLogs([]);
    expect([totalLogs, { ...levelCounts }, errorRate]).toEqual([0, {}, 0]);
    expect(timeRange).toMatchObject({ startSeconds: 0n, endSeconds: 0n });
  });
});

describe('UploadFile', () => {
  const chunk = (chunkId: number, isLast = false) => ({ chunkId, data: new Uint8Array(256), isLast });

  test('counts chunks and bytes, and names the file', async () => {
    await using server = await serveFiles();
    const chunks = [0, 1, 2, 3, 4].map((id) => chunk(id, id === 4));
    expect(await server.connect().uploadFile(chunks)).toMatchObject({
      fileId: 'file-80000000',
      totalChunks: 5,
      totalBytes: 1280n,
      status: 'complete',
    });
  });

  test('answers at the last chunk, whatever comes after it', async () => {
    await using server = await serveFiles();
    async function* neverEnding() {
      yield chunk(0, true);
      for (let id = 7; ; id++) yield chunk(id);
    }
    expect((await server.connect().uploadFile(neverEnding())).totalChunks).toBe(1);
  });

  test('refuses a chunk out of order', async () => {
    await using server = await serveFiles();
    await expect(server.connect().uploadFile([chunk(0), chunk(2)])).rejects.toMatchObject({
      code: status.INVALID_ARGUMENT,
      details: 'invalid chunk_id: expected 1, got 2',
    });
  });

  test('refuses a file without a last chunk', async () => {
    await using server = await serveFiles();
    await expect(server.connect().uploadFile([chunk(0)])).rejects.toMatchObject({
      code: status.INVALID_ARGUMENT,
      details: 'incomplete file: 1 chunks, and none was the last',
    });
  });
});
