import { createRegistry, type DescService } from '@bufbuild/protobuf';
import { createTap, type Tap } from '@streamlings/wire';
import { createLivePrinter } from '@streamlings/wire/draw';

/** Frames that say nothing about a call. */
const quiet = ['SETTINGS', 'PING'];

/**
 * Stands before a server and prints every frame as it passes. Clients that are to be seen connect to its `address`.
 *
 * @param service what the server serves, so that its messages can be shown decoded
 */
export async function watchWire(service: DescService, address: string): Promise<Tap> {
  const [host = '', port] = address.split(/:(?=\d+$)/);
  const print = createLivePrinter(
    (line) => console.log(line),
    () => ({
      width: process.stdout.columns || 110,
      color: process.stdout.hasColors?.() ?? false,
      json: true,
    }),
  );
  return createTap({
    target: { host, port: Number(port) },
    registry: createRegistry(service),
    onEvent: (event) => {
      if (event.kind !== 'frame' || !quiet.includes(event.frame.type)) print(event);
    },
  });
}
