import type { StreamLimits } from '../engine/limits.ts';
import { UsageError } from './usage-error.ts';

/** What bounds streams, by the flag and by the rest of the environment variable's name. */
const settings = {
  'stream-timeout': ['STREAM_TIMEOUT', 'streamTimeoutMs', 1],
  'max-stream-messages': ['MAX_STREAM_MESSAGES', 'maxStreamMessages', 1],
  'stream-buffer-size': ['STREAM_BUFFER_SIZE', 'streamBufferSize', 1],
  'latency-min-ms': ['LATENCY_MIN_MS', 'latencyMinMs', 0],
  'latency-max-ms': ['LATENCY_MAX_MS', 'latencyMaxMs', 0],
} as const;

/** The first wins; the second is what the dialect's documents say. */
const prefixes = ['STREAMLINGS_MOCK_', 'MOCKFORGE_GRPC_'];

/** Flags of `serve` that bound streams. */
export const limitFlags = Object.keys(settings) as (keyof typeof settings)[];

/**
 * Reads what bounds streams: a flag wins over `STREAMLINGS_MOCK_…`, and that over `MOCKFORGE_GRPC_…`.
 *
 * @throws UsageError
 */
export function readLimits(
  flags: Partial<Record<string, string | boolean>>,
  environment: NodeJS.ProcessEnv,
): Partial<StreamLimits> {
  const limits: Partial<StreamLimits> = {};
  for (const flag of limitFlags) {
    const [variable, key, least] = settings[flag];
    const names = prefixes.map((prefix) => prefix + variable);
    const name = names.find((candidate) => environment[candidate]);
    const text = flags[flag] ?? (name && environment[name]);
    if (text === undefined) continue;
    limits[key] = readNumber(String(text), flags[flag] === undefined ? String(name) : `--${flag}`, least);
  }
  const { latencyMinMs = 0, latencyMaxMs } = limits;
  if (latencyMaxMs === undefined && latencyMinMs > 0) limits.latencyMaxMs = latencyMinMs;
  else if (latencyMaxMs !== undefined && latencyMaxMs < latencyMinMs)
    throw new UsageError(
      `The least latency, \`${latencyMinMs}\`, is more than the most, \`${latencyMaxMs}\`: swap them.`,
    );
  return limits;
}

/** @throws UsageError */
export function readNumber(text: string, name: string, least: number): number {
  if (/^\d+$/.test(text) && Number(text) >= least) return Number(text);
  throw new UsageError(`\`${name}\` must be a whole number from ${least}, not \`${text}\`.`);
}
