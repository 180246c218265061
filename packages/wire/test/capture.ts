import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';

interface Packet {
  isFromClient: boolean;
  bytes: Buffer;
}

/** A forwarder that looks at nothing and writes a capture file of what passes, one for each connection. */
export class Capture implements AsyncDisposable {
  readonly address: string;
  readonly connections: Packet[][];
  readonly #server: Server;

  constructor(server: Server, connections: Packet[][]) {
    this.#server = server;
    this.connections = connections;
    this.address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  static async before(target: string): Promise<Capture> {
    const connections: Packet[][] = [];
    const server = createServer({ allowHalfOpen: true }, (client) => {
      const packets: Packet[] = [];
      connections.push(packets);
      const upstream = connect({
        port: Number(target.split(':')[1]),
        host: '127.0.0.1',
        allowHalfOpen: true,
      });
      for (const [source, sink] of [
        [client, upstream],
        [upstream, client],
      ] as const) {
        source.on('data', (bytes: Buffer) => packets.push({ isFromClient: source === client, bytes }));
        source.on('error', () => sink.destroy());
        source.pipe(sink);
      }
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Capture(server, connections);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
  }
}

const clientPort = 50_000;

/** Writes packets as a pcap file of one TCP connection to a port. */
export function writePcap(packets: Packet[], serverPort: number): Buffer {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b2c3d4, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(0x40000, 16);
  // Packets start with their IP header.
  header.writeUInt32LE(101, 20);
  const next = { client: 1001, server: 2001 };
  const segments = [
    writeSegment(true, 1000, 0, 0x02, Buffer.alloc(0), serverPort),
    writeSegment(false, 2000, 1001, 0x12, Buffer.alloc(0), serverPort),
    writeSegment(true, 1001, 2001, 0x10, Buffer.alloc(0), serverPort),
  ];
  for (const { isFromClient, bytes } of packets) {
    for (let start = 0; start < bytes.length; start += 1400) {
      const [own, other] = isFromClient ? (['client', 'server'] as const) : (['server', 'client'] as const);
      const part = bytes.subarray(start, start + 1400);
      segments.push(writeSegment(isFromClient, next[own], next[other], 0x18, part, serverPort));
      next[own] += part.length;
    }
  }
  return Buffer.concat([
    header,
    ...segments.flatMap((segment, index) => [writeRecordHeader(segment, index), segment]),
  ]);
}

function writeRecordHeader({ length }: Buffer, index: number): Buffer {
  const header = Buffer.alloc(16);
  header.writeUInt32LE(1, 0);
  header.writeUInt32LE(index, 4);
  header.writeUInt32LE(length, 8);
  header.writeUInt32LE(length, 12);
  return header;
}

function writeSegment(
  isFromClient: boolean,
  sequence: number,
  acknowledgement: number,
  flags: number,
  payload: Buffer,
  serverPort: number,
): Buffer {
  const head = Buffer.alloc(40);
  head[0] = 0x45;
  head.writeUInt16BE(head.length + payload.length, 2);
  head[8] = 64;
  head[9] = 6;
  head.set([127, 0, 0, 1], 12);
  head.set([127, 0, 0, 1], 16);
  head.writeUInt16BE(isFromClient ? clientPort : serverPort, 20);
  head.writeUInt16BE(isFromClient ? serverPort : clientPort, 22);
  head.writeUInt32BE(sequence, 24);
  head.writeUInt32BE(acknowledgement, 28);
  head[32] = 0x50;
  head[33] = flags;
  head.writeUInt16BE(65_535, 34);
  return Buffer.concat([head, payload]);
}
