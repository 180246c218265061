/** A run of `count` messages of `size` bytes in one stream, or of as many unary calls, one after the other. */
export interface Workload {
  name: string;
  size?: number;
  count: number;
}

export const workloads: readonly Workload[] = [
  { name: '100,000 messages of 20 bytes', size: 20, count: 100_000 },
  { name: '1 GiB in messages of 64 KiB', size: 65_536, count: 16_384 },
  { name: 'unary calls', count: 2000 },
];
