import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Side, Timeline } from '../src/index.ts';
import { findTool } from './foreign-tools.ts';

/** What both decoders say of a frame. */
export interface ComparedFrame {
  type: string;
  flags: number;
  stream: number;
  length: number;
  increment?: number;
  code?: number;
  lastStream?: number;
  settings?: [id: number, value: number][];
  opaque?: string;
}

/** Frames and header blocks of each side, in order; blocks apart, because they may take several frames. */
export type Comparison = Record<Side, { frames: ComparedFrame[]; blocks: [name: string, value: string][][] }>;

export const tshark: string | undefined = findTool(['tshark'], '--version');

type Tree = { [key: string]: string | Tree | Tree[] };

/** Decodes a capture of one connection with tshark. */
export function decodeWithTshark(capture: Uint8Array, serverPort: number): Comparison {
  if (!tshark) throw new Error('no tshark: install it');
  const folder = mkdtempSync(join(tmpdir(), 'streamlings-wire-'));
  try {
    const file = join(folder, 'session.pcap');
    writeFileSync(file, capture);
    const options = [
      '-Y',
      'http2',
      '-T',
      'json',
      '--no-duplicate-keys',
      '-d',
      `tcp.port==${serverPort},http2`,
    ];
    const stdio = ['ignore', 'pipe', 'ignore'] as const;
    const json = execFileSync(tshark, ['-r', file, ...options], {
      maxBuffer: 2 ** 30,
      timeout: 20_000,
      killSignal: 'SIGKILL',
      encoding: 'utf8',
      stdio: [...stdio],
    });
    return collect(JSON.parse(json), serverPort);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function collect(packets: { _source: { layers: Tree } }[], serverPort: number): Comparison {
  const found: Comparison = { client: { frames: [], blocks: [] }, server: { frames: [], blocks: [] } };
  for (const { _source } of packets) {
    const { tcp, http2 } = _source.layers;
    const isFromServer = (tcp as Tree)['tcp.srcport'] === String(serverPort);
    const side = found[isFromServer ? 'server' : 'client'];
    for (const layer of list(http2)) {
      for (const frame of list(layer['http2.stream'])) {
        if (frame['http2.type'] === undefined) continue;
        side.frames.push(readFrame(frame));
        const fields = findAll(frame, 'http2.header').map((field): [string, string] => [
          text(field, 'http2.header.name'),
          text(field, 'http2.header.value'),
        ]);
        if (frame['http2.type'] === '1') side.blocks.push(fields);
        // What a CONTINUATION adds stands there.
        if (frame['http2.type'] === '9') side.blocks.at(-1)?.push(...fields);
      }
    }
  }
  return found;
}

function readFrame(frame: Tree): ComparedFrame {
  const compared: ComparedFrame = {
    type: text(frame, 'http2.type'),
    flags: Number(text(frame, 'http2.flags')),
    stream: Number(text(frame, 'http2.streamid')),
    length: Number(text(frame, 'http2.length')),
  };
  const number = (key: string, name: 'increment' | 'code' | 'lastStream') => {
    if (typeof frame[key] === 'string') compared[name] = Number(frame[key]);
  };
  number('http2.window_update.window_size_increment', 'increment');
  number('http2.rst_stream.error', 'code');
  number('http2.goaway.error', 'code');
  number('http2.goaway.last_stream_id', 'lastStream');
  if (typeof frame['http2.ping'] === 'string') compared.opaque = frame['http2.ping'].replaceAll(':', '');
  if (typeof frame['http2.pong'] === 'string') compared.opaque = frame['http2.pong'].replaceAll(':', '');
  if (compared.type === '4' && compared.flags === 0) {
    compared.settings = list(frame['http2.settings']).map((setting) => {
      const { 'http2.settings.id': id, ...rest } = setting;
      return [Number(id), Number(Object.values(rest)[0])];
    });
  }
  return compared;
}

function list(value: Tree[string] | undefined): Tree[] {
  if (value === undefined || typeof value === 'string') return [];
  return Array.isArray(value) ? value : [value];
}

function findAll(tree: Tree, key: string): Tree[] {
  return Object.entries(tree).flatMap(([name, value]) =>
    name === key ? list(value) : list(value).flatMap((child) => findAll(child, key)),
  );
}

function text(tree: Tree, key: string): string {
  return String(tree[key]);
}

const types = [
  'DATA',
  'HEADERS',
  'PRIORITY',
  'RST_STREAM',
  'SETTINGS',
  'PUSH_PROMISE',
  'PING',
  'GOAWAY',
  'WINDOW_UPDATE',
  'CONTINUATION',
];
const codes = [
  'NO_ERROR',
  'PROTOCOL_ERROR',
  'INTERNAL_ERROR',
  'FLOW_CONTROL_ERROR',
  'SETTINGS_TIMEOUT',
  'STREAM_CLOSED',
  'FRAME_SIZE_ERROR',
  'REFUSED_STREAM',
  'CANCEL',
];
const settings = [
  '',
  'HEADER_TABLE_SIZE',
  'ENABLE_PUSH',
  'MAX_CONCURRENT_STREAMS',
  'INITIAL_WINDOW_SIZE',
  'MAX_FRAME_SIZE',
  'MAX_HEADER_LIST_SIZE',
];
const bits: Record<string, number> = { END_STREAM: 1, ACK: 1, END_HEADERS: 4, PADDED: 8, PRIORITY: 32 };

/** Puts a connection of a timeline into the same form. */
export function readTimeline(timeline: Timeline, connection: number): Comparison {
  const found: Comparison = { client: { frames: [], blocks: [] }, server: { frames: [], blocks: [] } };
  for (const frame of timeline.frames.filter((candidate) => candidate.connection === connection)) {
    const { from, type, flags, stream, length, increment, lastStream, opaque, headers } = frame;
    const compared: ComparedFrame = {
      type: type.startsWith('UNKNOWN') ? String(Number(type.slice(8))) : String(types.indexOf(type)),
      flags: flags.reduce((sum, flag) => sum + (bits[flag] ?? Number(flag)), 0),
      stream,
      length,
      ...(increment === undefined ? {} : { increment }),
      ...(lastStream === undefined ? {} : { lastStream }),
      ...(opaque === undefined ? {} : { opaque }),
    };
    if (frame.code !== undefined) compared.code = codes.indexOf(frame.code);
    if (frame.settings)
      compared.settings = frame.settings.map(({ name, value }) => [settings.indexOf(name), value]);
    found[from].frames.push(compared);
    if (headers) found[from].blocks.push(headers.map(({ name, value }) => [name, value]));
  }
  return found;
}
