import type { Registry } from '@bufbuild/protobuf';
import type { Clock } from '../engine/clock.ts';
import type { StreamLimits } from '../engine/limits.ts';

/** How a mock server is set up. */
export interface MockServerOptions {
  /** A folder of `.proto` files, a file with a descriptor set, or what was made of either. */
  proto: string | Registry;
  /** A folder of `.jsonl` files, or scenarios by the name that their file would have. Default: none. */
  scenarios?: string | Record<string, ScenarioText>;
  /** Default 127.0.0.1. */
  host?: string;
  /** Default 0, a free port. */
  port?: number;
  /** Certificates in PEM; with `ca`, clients must show one of its certificates. Without `tls` the server speaks h2c. */
  tls?: { cert: string | Buffer; key: string | Buffer; ca?: string | Buffer };
  /** Makes everything random the same in each run. Default: a random one. */
  seed?: number;
  /** Default: the time that passes by itself. */
  clock?: Clock;
  limits?: Partial<StreamLimits>;
  /** How much memory the journal may take, roughly. Default 2 MiB. */
  journalBytes?: number;
  /** Whether the admin service is served on the same port. Default true. */
  admin?: boolean;
  /** Whether changes of the folders are taken over; what cannot be used changes nothing. Default false. */
  watch?: boolean;
  /** Is told of each change that was taken over, or why one was not. */
  onReload?: (problem: Error | undefined) => void;
}

/** A scenario: the text of its file, or its lines as objects. */
export type ScenarioText = string | readonly object[];
