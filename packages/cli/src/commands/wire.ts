import { main } from '@streamlings/wire/command';

/** Shows the calls between a client and a server until it is interrupted, with the flags of `streamlings-wire`. */
export async function showWire(flags: string[]): Promise<void> {
  await main(flags, 'streamlings wire');
}
