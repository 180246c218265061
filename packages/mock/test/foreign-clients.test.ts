import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../src/index.ts';
import { MockFixture, readBlock } from './mock-fixture.ts';

/** Runs a client to its end, which a watchdog brings about where the client does not. */
const run = (command: string, args: string[]) =>
  promisify(execFile)(command, args, { timeout: 20_000, killSignal: 'SIGKILL' });
/** Whether a missing client fails its test instead of skipping it. */
const isRequired = process.env.STREAMLINGS_REQUIRE_FOREIGN === '1';
/** Distributions install grpcio for their own Python, which need not be the first on the PATH. */
const python = ['/usr/bin/python3', 'python3'].find((command) => {
  try {
    execFileSync(command, ['-c', 'import grpc, google.protobuf'], { stdio: 'ignore', timeout: 20_000 });
    return true;
  } catch {
    return false;
  }
});
const buf = new URL('../node_modules/.bin/buf', import.meta.url).pathname;

const scenarios = {
  'myapp.UploadService.UploadFile': readBlock('04-advanced-client-streaming'),
  'myapp.NotificationService.Subscribe': [
    { dir: 'out', text: 'Connected' },
    { dir: 'out', after: 20, text: 'gone', error: 'UNAVAILABLE' },
  ],
  'myapp.ChatService.Chat': readBlock('05-basic-bidi'),
};

describe('a mock server, asked by', () => {
  test.skipIf(!python && !isRequired)('python3-grpcio', async () => {
    if (!python)
      throw new Error('no python3 with grpcio and protobuf: install python3-grpcio and python3-protobuf');
    await using fixture = await MockFixture.start(scenarios, { clock: systemClock });
    const proto = new URL('conformance/proto', import.meta.url).pathname;
    // protobuf of Debian knows no editions, so the set comes from buf.
    const { stdout: set } = await promisify(execFile)(buf, ['build', proto, '-o', '-'], {
      encoding: 'buffer',
    });
    const script = new URL('python_client.py', import.meta.url).pathname;
    const { stdout } = await run(python, [script, fixture.mock.address, set.toString('base64')]);
    expect(stdout.trim().split('\n')).toEqual([
      'upload 2048 0 36',
      'notification Connected',
      'error UNAVAILABLE gone',
      'chat system Welcome to chat!',
      'chat system ada joined the chat',
      'chat ada said "hi"',
    ]);
  });

  test('buf curl, which learns the types by reflection', async () => {
    await using fixture = await MockFixture.start(scenarios, { clock: systemClock });
    const curl = (method: string, ...data: string[]) =>
      run(buf, [
        'curl',
        '--protocol',
        'grpc',
        '--http2-prior-knowledge',
        '-d',
        data.join('\n'),
        `http://${fixture.mock.address}/${method}`,
      ]);
    const upload = await curl(
      'myapp.UploadService/UploadFile',
      '{"data":"Y2h1bmsx"}',
      '{"sequence":1}',
      '{"sequence":2,"isLast":true}',
    );
    expect(JSON.parse(upload.stdout)).toMatchObject({ totalSize: '2048' });
    const chat = await curl('myapp.ChatService/Chat', '{"user_id":"ada","type":"JOIN"}');
    expect(chat.stdout).toContain('Welcome to chat!');
    expect(chat.stdout).toContain('ada joined the chat');
  });
});
