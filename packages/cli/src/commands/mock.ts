import { main } from '@streamlings/mock/command';

/** Serves, checks or records scenarios, with the flags of `streamlings-mock`. */
export async function runMock(flags: string[]): Promise<void> {
  await main(flags, 'streamlings mock');
}
