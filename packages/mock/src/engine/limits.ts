/** What bounds a stream. */
export interface StreamLimits {
  /** Milliseconds in which nothing happens and nothing is to come, after which a stream ends. Default: no limit. */
  streamTimeoutMs: number;
  /** Messages of each direction. Default: no limit. */
  maxStreamMessages: number;
  /** Replies that may wait to be written before no more messages are read. Default 1024. */
  streamBufferSize: number;
  /** Least and most milliseconds by which each reply and each due time is put off. Default 0. */
  latencyMinMs: number;
  latencyMaxMs: number;
}

export const defaultLimits: StreamLimits = {
  streamTimeoutMs: Number.POSITIVE_INFINITY,
  maxStreamMessages: Number.POSITIVE_INFINITY,
  streamBufferSize: 1024,
  latencyMinMs: 0,
  latencyMaxMs: 0,
};
