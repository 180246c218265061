import { main } from '@streamlings/fixtures/command';

/** Runs or serves fixture files, with the arguments of `streamlings-fixtures`. */
export async function useFixtures(args: string[]): Promise<void> {
  await main(args, 'streamlings fixtures');
}
