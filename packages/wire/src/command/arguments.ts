import { parseArgs } from 'node:util';

/** What the command was asked to do. */
export interface CommandOptions {
  listen: { host: string; port: number };
  target: { host: string; port: number };
  proto?: string;
  json?: string;
  svg?: string;
  windows?: string;
  tls?: { cert: string; key: string; ca?: string };
}

/** What `--help` prints after the name of the command. */
export const usage = `--to HOST:PORT [options]

Forwards HTTP/2 connections unchanged to HOST:PORT and prints their frames until it is interrupted.

  --listen HOST:PORT  where clients connect to (default 127.0.0.1:0, a free port)
  --proto PATH        decodes messages with a folder of .proto files, one such file, or a descriptor set (.binpb)
  --json FILE         writes the timeline as JSON at the end
  --svg FILE          writes a sequence diagram at the end
  --windows FILE      writes a plot of the flow-control windows of the busiest call at the end
  --tls-cert FILE     speaks TLS to both sides, with this certificate to clients
  --tls-key FILE      the certificate's key
  --tls-ca FILE       the authority that the server's certificate comes from
  --help              prints this
`;

/** Is thrown for arguments that make no sense, with a sentence for whoever typed them. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const text = { type: 'string' } as const;

/**
 * Reads the command line; undefined when it asks for help.
 *
 * @throws UsageError
 */
export function readArguments(args: string[]): CommandOptions | undefined {
  const values = parse(args[0] === '--' ? args.slice(1) : args);
  if (values.help) return undefined;
  if (!values.to) throw new UsageError('`--to HOST:PORT` says where the server is: add it.');
  const { 'tls-cert': cert, 'tls-key': key, 'tls-ca': ca, proto, json, svg, windows } = values;
  if ((cert === undefined) !== (key === undefined))
    throw new UsageError('`--tls-cert` and `--tls-key` belong together: give both.');
  return {
    listen: readAddress(values.listen ?? '127.0.0.1:0', '--listen'),
    target: readAddress(values.to, '--to'),
    ...(proto === undefined ? {} : { proto }),
    ...(json === undefined ? {} : { json }),
    ...(svg === undefined ? {} : { svg }),
    ...(windows === undefined ? {} : { windows }),
    ...(cert === undefined || key === undefined
      ? {}
      : { tls: { cert, key, ...(ca === undefined ? {} : { ca }) } }),
  };
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        listen: text,
        to: text,
        proto: text,
        json: text,
        svg: text,
        windows: text,
        'tls-cert': text,
        'tls-key': text,
        'tls-ca': text,
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    throw new UsageError(`${(error as Error).message.split(/\.\s/)[0]}: see \`--help\`.`);
  }
}

function readAddress(address: string, option: string): { host: string; port: number } {
  const [, host = '', digits = ''] = /^(.*):(\d{1,5})$/.exec(address) ?? [];
  const port = Number(digits);
  if (!host || port > 65_535)
    throw new UsageError(`\`${option} ${address}\` is not an address: write it as HOST:PORT.`);
  return { host: host.replace(/^\[(.*)\]$/, '$1'), port };
}
