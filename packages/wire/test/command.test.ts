import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { credentials } from '@grpc/grpc-js';
import { createAsyncClient } from '@streamlings/grpc';
import { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Timeline } from '../src/index.ts';
import { serveTapped } from './streaming-server.ts';

const bin = new URL('../bin/streamlings-wire.js', import.meta.url).pathname;
const proto = new URL('../../../proto', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'streamlings-wire-'));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the command to its end. */
async function run(...args: string[]): Promise<{ code: unknown; stdout: string; stderr: string }> {
  const { promise, resolve } = Promise.withResolvers<{ code: unknown; stdout: string; stderr: string }>();
  const child = execFile(process.execPath, [bin, ...args], (error, stdout, stderr) =>
    resolve({ code: error?.code ?? 0, stdout, stderr }),
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  return promise;
}

describe('streamlings-wire', () => {
  test('prints a call as it happens, and writes its files when it is interrupted', async () => {
    await using server = await serveTapped();
    const [json, svg, windows] = ['timeline.json', 'sequence.svg', 'windows.svg'].map((name) =>
      join(folder, name),
    );
    const args = [
      '--to',
      server.tap.address,
      '--proto',
      proto,
      '--json',
      json,
      '--svg',
      svg,
      '--windows',
      windows,
    ];
    const child = spawn(process.execPath, [bin, '--', ...args.map(String)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    // Also where the test has timed out and goes no further itself.
    onTestFinished(() => void child.kill('SIGKILL'));
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    const address = /^Listening on (\S+), forwarding to/.exec(String((await lines.next()).value))?.[1];
    const client = createAsyncClient(StreamingService, String(address), credentials.createInsecure());
    await client.unaryCall({ content: 'hello' });
    const seen: string[] = [];
    for (let line = await lines.next(); !line.done; line = await lines.next()) {
      seen.push(line.value);
      if (line.value.endsWith('grpc-status 0 OK')) break;
    }
    client.close();
    expect(seen).toContainEqual(
      expect.stringMatching(
        /ms {3}client → server {2}1:1 {4}HEADERS {2}\/streamlings.streaming.v1.StreamingService\/UnaryCall$/,
      ),
    );
    expect(seen).toContainEqual(
      expect.stringMatching(
        /client ← server {2}1:1 {4}DATA {5}message 1 \(7 bytes\) {2}{"content":"hello"}$/,
      ),
    );
    child.kill('SIGINT');
    expect(await once(child, 'close')).toEqual([0, null]);
    const timeline: Timeline = JSON.parse(readFileSync(String(json), 'utf8'));
    expect(timeline).toMatchObject({
      version: 1,
      target: server.tap.address,
      streams: [{ status: { code: 0 } }],
    });
    expect(readFileSync(String(svg), 'utf8')).toMatch(/^<svg .*<title>Sequence diagram/s);
    expect(readFileSync(String(windows), 'utf8')).toMatch(/^<svg .*stream window/s);
  });

  test('ends when nobody reads its lines any more', async () => {
    await using server = await serveTapped();
    const child = spawn(process.execPath, [bin, '--to', server.tap.address], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const closed = once(child, 'close');
    const [line] = await once(child.stdout.setEncoding('utf8'), 'data');
    child.stdout.destroy();
    const address = /^Listening on (\S+),/.exec(line)?.[1];
    const client = createAsyncClient(StreamingService, String(address), credentials.createInsecure());
    const call = client.unaryCall({ content: 'hello' }).catch(() => {});
    expect(await text(child.stderr)).toBe('');
    expect(await closed).toEqual([0, null]);
    await call;
    client.close();
  });

  test('explains its flags', async () => {
    const { code, stdout } = await run('--help');
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^Usage: streamlings-wire --to HOST:PORT/)]);
  });

  test.each([
    [[], '`--to HOST:PORT` says where the server is'],
    [['--to', 'localhost'], '`--to localhost` is not an address: write it as HOST:PORT.'],
    [['--to', 'x:1', '--fro', 'y'], "Unknown option '--fro': see `--help`.\n"],
    [['--to', 'x:1', '--tls-cert', 'y'], '`--tls-cert` and `--tls-key` belong together'],
    [['--to', 'x:1', '--proto', '/nowhere'], '`--proto /nowhere` cannot be used'],
    [['--to', 'x:1', '--listen', '203.0.113.1:1'], 'listen EADDRNOTAVAIL'],
  ])('refuses %j with a sentence and the exit code 2', async (args, sentence) => {
    const { code, stderr } = await run(...args);
    expect([code, stderr]).toEqual([2, expect.stringContaining(sentence)]);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});
