import { decodeRequest, encodeResponse, type GrpcHandler } from '../../src/index.ts';
import type { Clock } from '../clock.ts';
import { LogEntrySchema, LogSummarySchema } from '../gen/logging/v1/logging_pb.ts';

const levels = new Set(['DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL']);
const errorLevels = new Set(['ERROR', 'FATAL']);

/**
 * Creates the handler of `logging.v1.LogService`. It keeps counts, not entries, so that an upload of any length takes
 * the same memory.
 */
export function createLogHandler({ clock }: { clock: Clock }): GrpcHandler {
  return {
    async handleClientStream(requests) {
      const levelCounts: Record<string, number> = {};
      let totalLogs = 0;
      let errors = 0;
      let startSeconds: bigint | undefined;
      let endSeconds: bigint | undefined;
      for await (const request of requests) {
        const entry = decodeRequest(LogEntrySchema, request);
        const level = levels.has(entry.level) ? entry.level : 'UNKNOWN';
        const time = entry.timestampSeconds;
        totalLogs++;
        levelCounts[level] = (levelCounts[level] ?? 0) + 1;
        if (errorLevels.has(level)) errors++;
        if (startSeconds === undefined || time < startSeconds) startSeconds = time;
        if (endSeconds === undefined || time > endSeconds) endSeconds = time;
      }
      return encodeResponse(LogSummarySchema, {
        totalLogs,
        levelCounts,
        timeRange: { startSeconds, endSeconds },
        errorRate: totalLogs === 0 ? 0 : errors / totalLogs,
        processedAtMs: BigInt(clock.now()),
      });
    },
  };
}
