/** Resolves with a signal, or when whoever reads the lines is gone, as `| head` is after a while. */
export async function waitForInterruption(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => resolve());
  process.stdout.on('error', () => resolve());
  await promise;
}
