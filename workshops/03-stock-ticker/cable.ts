import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A line to a server that can be cut, as a router that restarts cuts one. */
export interface Cable {
  /** Where clients connect to. */
  readonly address: string;
  /** How many connections are open. */
  readonly open: number;
  /** Ends all connections without a goodbye; new ones work. */
  cut(): void;
  /** Ends all connections and takes no new ones. */
  close(): void;
}

/** Lays a cable to `target`, a `host:port`, from a free port of this machine. */
export async function layCable(target: string): Promise<Cable> {
  const [host = '', port] = target.split(/:(?=\d+$)/);
  const ends = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(Number(port), host);
    for (const [end, other] of [
      [near, far],
      [far, near],
    ] as const) {
      end.pipe(other);
      // What breaks a connection here is of no interest: both ends of it go.
      end.on('error', () => {});
      end.on('close', () => other.destroy());
    }
    ends.add(near);
    near.on('close', () => ends.delete(near));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = () => {
    for (const end of ends) end.destroy();
  };
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    get open() {
      return ends.size;
    },
    cut,
    close: () => {
      server.close();
      cut();
    },
  };
}
