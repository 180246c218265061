import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type DescService, type FileRegistry, toBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { credentials } from '@grpc/grpc-js';
import { createAsyncClient } from '@streamlings/grpc';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { readLimits } from '../src/command/settings.ts';
import { type AnyClient, failure, registry } from './mock-fixture.ts';

const bin = new URL('../bin/streamlings-mock.js', import.meta.url).pathname;
const proto = new URL('conformance/proto', import.meta.url).pathname;
const root = mkdtempSync(join(tmpdir(), 'streamlings-mock-'));

afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A folder with scenarios of `myapp.ControlService`, by the method's name. */
function writeScenarios(scenarios: Record<string, string>): string {
  const folder = mkdtempSync(join(root, 'scenarios-'));
  for (const [method, text] of Object.entries(scenarios))
    writeFileSync(join(folder, `myapp.ControlService.${method}.jsonl`), text);
  return folder;
}

async function run(...args: string[]): Promise<{ code: unknown; stdout: string; stderr: string }> {
  const { promise, resolve } = Promise.withResolvers<{ code: unknown; stdout: string; stderr: string }>();
  const child = execFile(process.execPath, [bin, ...args], (error, stdout, stderr) =>
    resolve({ code: error?.code ?? 0, stdout, stderr }),
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  return promise;
}

/** Starts the command and waits for its first line. */
async function start(args: string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [bin, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const line = async () => String((await lines.next()).value);
  const address = /^Listening on ([^,]+),/.exec(await line())?.[1] ?? '';
  return { child, line, address, client: connect(address) };
}

function connect(address: string): AnyClient {
  const service = registry.getService('myapp.ControlService') as DescService;
  const client = createAsyncClient(service, address, credentials.createInsecure()) as unknown as AnyClient;
  onTestFinished(() => client.close());
  return client;
}

const hello = '{"dir":"out","text":"hello"}\n';

describe('streamlings-mock', () => {
  test('serves until it is interrupted, and answers questions about it', async () => {
    const scenarios = writeScenarios({
      Ask: hello,
      Talk: '{"dir":"in","text":".*","response":"{{request.ws.message.content}}!"}',
    });
    const { child, client, address, line } = await start([
      '--',
      '--proto',
      proto,
      '--scenarios',
      scenarios,
      '--port',
      '0',
      '--log',
    ]);
    expect(await client.ask({ type: 'A' })).toMatchObject({ content: 'hello' });
    expect(await line()).toMatch(/ms #1 myapp\.ControlService\/Ask -> \{"type":"A"/);
    const journal = await run('journal', '--admin', address);
    expect(
      journal.stdout
        .trim()
        .split('\n')
        .map((text) => text.replace(/^.*?#/, '#')),
    ).toEqual([
      expect.stringMatching(/^#1 myapp\.ControlService\/Ask -> /),
      expect.stringMatching(
        /^#1 myapp\.ControlService\/Ask <- \{"content":"hello"\} \(myapp\.ControlService\.Ask\.jsonl:1/,
      ),
      '#1 myapp.ControlService/Ask ended OK',
    ]);
    const met = await run(
      'verify',
      'myapp.ControlService/Ask',
      '--received',
      '{"type":"A"}',
      '--at-most',
      '1',
      '--admin',
      address,
    );
    expect(met).toMatchObject({
      code: 0,
      stdout: 'myapp.ControlService/Ask: expected 0 to 1 messages that match `{"type":"A"}`, received 1\n',
    });
    expect(await run('verify', 'myapp.ControlService/Talk', '--admin', address)).toMatchObject({ code: 1 });
    expect(await run('reset', '--admin', address)).toMatchObject({ code: 0 });
    expect(await run('journal', '--admin', address)).toMatchObject({ stdout: '' });
    expect(await run('push', '7', '{}', '--admin', address)).toMatchObject({
      code: 2,
      stderr: `\`${address}\` answers: no stream 7 runs.\n`,
    });
    child.kill('SIGINT');
    expect(await once(child, 'close')).toEqual([0, null]);
  });

  test('pushes a message into a stream', async () => {
    const { client, address } = await start([
      '--proto',
      proto,
      '--scenarios',
      writeScenarios({ Watch: '{"dir":"out","text":"a"}\n{"dir":"out","ts":600000,"text":"b"}' }),
      '--port',
      '0',
    ]);
    const responses = client.watch({});
    await responses.next();
    expect(await run('push', '1', '{"content":"pushed"}', '--admin', address)).toMatchObject({ code: 0 });
    expect((await responses.next()).value).toMatchObject({ content: 'pushed' });
    expect(await run('push', '1', '{"nope":1}', '--admin', address)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('"nope" is unknown'),
    });
    await responses.return();
  });

  test('takes over changes, and keeps what it has where they cannot be used', async () => {
    const scenarios = writeScenarios({ Ask: hello });
    const { client, line } = await start([
      '--proto',
      proto,
      '--scenarios',
      scenarios,
      '--port',
      '0',
      '--watch',
    ]);
    writeFileSync(join(scenarios, 'myapp.ControlService.Ask.jsonl'), '{"dir":"up"}');
    expect([await line(), await line(), await line()]).toEqual([
      'The old scenarios stay:',
      'myapp.ControlService.Ask.jsonl:1:8: `dir` must be one of `in`, `out`, not `"up"`.',
      '    {"dir":"up"}',
    ]);
    expect(await client.ask({})).toMatchObject({ content: 'hello' });
    writeFileSync(join(scenarios, 'myapp.ControlService.Ask.jsonl'), '{"dir":"out","text":"changed"}');
    expect(await line()).toBe('Reloaded.');
    expect(await client.ask({})).toMatchObject({ content: 'changed' });
  });

  test('reads a descriptor set', async () => {
    const file = join(root, 'schema.binpb');
    const set = {
      $typeName: FileDescriptorSetSchema.typeName,
      file: [...(registry as FileRegistry).files].map(({ proto: each }) => each),
    } as const;
    writeFileSync(file, toBinary(FileDescriptorSetSchema, { ...set }));
    const { client } = await start([
      '--proto',
      file,
      '--scenarios',
      writeScenarios({ Ask: hello }),
      '--port',
      '0',
    ]);
    expect(await client.ask({})).toMatchObject({ content: 'hello' });
  });

  test('takes its bounds from the environment, under both names, and flags win', async () => {
    const scenarios = writeScenarios({ Watch: '{"dir":"out","text":"a","every":0,"times":5}' });
    const args = ['--proto', proto, '--scenarios', scenarios, '--port', '0'];
    const first = await start(args, { MOCKFORGE_GRPC_MAX_STREAM_MESSAGES: '3' });
    expect(await failure(Array.fromAsync(first.client.watch({})))).toMatchObject({
      code: 8,
      details: 'more than 3 messages to send',
    });
    const second = await start([...args, '--max-stream-messages', '5'], {
      STREAMLINGS_MOCK_MAX_STREAM_MESSAGES: '3',
    });
    expect(await Array.fromAsync(second.client.watch({}))).toHaveLength(5);
  });

  test('records a server, and numbers go on', async () => {
    const { address } = await start([
      '--proto',
      proto,
      '--scenarios',
      writeScenarios({ Ask: hello }),
      '--port',
      '0',
    ]);
    const out = join(root, 'recorded');
    mkdirSync(out);
    writeFileSync(join(out, 'myapp.ControlService.Ask.0001.jsonl'), hello);
    const recorder = await start(['record', '--to', address, '--proto', proto, '--out', out]);
    await recorder.client.ask({ content: 'x' });
    expect(await recorder.line()).toBe(join(out, 'myapp.ControlService.Ask.0002.jsonl'));
    recorder.child.kill('SIGTERM');
    expect(await once(recorder.child, 'close')).toEqual([0, null]);
    expect(readdirSync(out)).toHaveLength(2);
    expect(readFileSync(join(out, 'myapp.ControlService.Ask.0002.jsonl'), 'utf8')).toContain(
      '"text":{"content":"hello"}',
    );
    expect(await run('lint', '--proto', proto, '--scenarios', out)).toMatchObject({
      code: 0,
      stdout: '2 files, 0 errors, 0 warnings.\n',
    });
  });

  test('lint prints what is wrong, and fails', async () => {
    const scenarios = writeScenarios({ Ask: '{"dir":"out","txt":"hello"}', Watch: '{"dir":1}' });
    const { code, stdout } = await run('lint', '--proto', proto, '--scenarios', scenarios);
    expect(code).toBe(1);
    expect(stdout.split('\n')).toEqual([
      'myapp.ControlService.Ask.jsonl:1:20: `txt` is assigned to the state, and nothing reads it: did you mean `text`? (assigned-never-read)',
      '    {"dir":"out","txt":"hello"}',
      'myapp.ControlService.Watch.jsonl:1:8: `dir` must be one of `in`, `out`, not `1`. (error)',
      '    {"dir":1}',
      '2 files, 1 error, 1 warning.',
      '',
    ]);
  });

  test('explains its flags', async () => {
    const { code, stdout } = await run('--help');
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/^Usage: streamlings-mock \[serve\] --proto PATH/),
    ]);
  });

  test.each([
    [[], '`--proto` says where the .proto files are: add it.'],
    [['--proto', proto], '`--scenarios` says where the scenarios are: add it.'],
    [['--proto', '/nowhere', '--scenarios', root], '`/nowhere` cannot be used: '],
    [['--proto', proto, '--scenarios', '/nowhere'], '`--scenarios /nowhere` cannot be used: '],
    [['--proto', proto, '--scenarios', proto], 'There is no .jsonl file in '],
    [['--proto', proto, '--port', 'x'], '`--port` must be a whole number from 0, not `x`.'],
    [['--fro', 'x'], "Unknown option '--fro': see `--help`."],
    [['record', '--to', '-x'], "Option '--to' argument is ambiguous: see `--help`."],
    [['serve', 'x'], '`x` is one argument too many'],
    [['sing'], 'There is no command `sing`: choose one of serve, lint'],
    [['push', '1'], '`JSON` is missing'],
    [['push', '1', '{', '--admin', '127.0.0.1:1'], '`{` is no JSON'],
    [['record', '--to', 'x'], '`--to x` is not an address: write it as HOST:PORT.'],
    [['reset', '--admin', 'x'], '`--admin x` is not an address'],
    [['reset', '--admin', '127.0.0.1:1'], 'No mock server answers at `127.0.0.1:1`: '],
  ])('refuses %j with a sentence and the exit code 2', async (args, sentence) => {
    writeScenarios({ Ask: hello });
    const flags =
      args.includes('--proto') && !args.includes('--scenarios') && args.includes('--port')
        ? [...args, '--scenarios', root]
        : args;
    const { code, stderr } = await run(...flags);
    expect([code, stderr]).toEqual([2, expect.stringContaining(sentence)]);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  test('refuses files that are no certificates', async () => {
    const tls = ['--tls-cert', import.meta.filename, '--tls-key', import.meta.filename];
    const scenarios = writeScenarios({ Ask: hello });
    const { code, stderr } = await run('--proto', proto, '--scenarios', scenarios, '--port', '0', ...tls);
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(
        /^`--tls-cert` and `--tls-key` are no certificate and its key, in PEM \(.*\): give others\.\n$/,
      ),
    ]);
  });

  test('refuses a port that is taken', async () => {
    const scenarios = writeScenarios({ Ask: hello });
    const { address } = await start(['--proto', proto, '--scenarios', scenarios, '--port', '0']);
    const port = address.split(':')[1] ?? '';
    const { code, stderr } = await run('--proto', proto, '--scenarios', scenarios, '--port', port);
    expect([code, stderr]).toEqual([
      2,
      `\`${address}\` cannot be listened on (EADDRINUSE): choose another \`--host\` or \`--port\`.\n`,
    ]);
  });
});

describe('the bounds of streams', () => {
  test.each([
    [{}, {}, {}],
    [
      {},
      { STREAMLINGS_MOCK_STREAM_TIMEOUT: '5', MOCKFORGE_GRPC_STREAM_TIMEOUT: '6' },
      { streamTimeoutMs: 5 },
    ],
    [{ 'stream-timeout': '7' }, { STREAMLINGS_MOCK_STREAM_TIMEOUT: '5' }, { streamTimeoutMs: 7 }],
    [
      {},
      { MOCKFORGE_GRPC_STREAM_BUFFER_SIZE: '9', MOCKFORGE_GRPC_STREAM_TIMEOUT: '' },
      { streamBufferSize: 9 },
    ],
    [{ 'latency-min-ms': '3' }, {}, { latencyMinMs: 3, latencyMaxMs: 3 }],
    [{ 'latency-min-ms': '3' }, { MOCKFORGE_GRPC_LATENCY_MAX_MS: '8' }, { latencyMinMs: 3, latencyMaxMs: 8 }],
  ])('are read from %j and %j', (flags, environment, expected) => {
    expect(readLimits(flags, environment)).toEqual(expected);
  });

  test.each([
    [{ 'stream-timeout': '0' }, {}, '`--stream-timeout` must be a whole number from 1, not `0`.'],
    [
      {},
      { MOCKFORGE_GRPC_STREAM_TIMEOUT: '1s' },
      '`MOCKFORGE_GRPC_STREAM_TIMEOUT` must be a whole number from 1, not `1s`.',
    ],
    [
      { 'latency-min-ms': '9', 'latency-max-ms': '8' },
      {},
      'The least latency, `9`, is more than the most, `8`: swap them.',
    ],
  ])('are refused: %j and %j', (flags, environment, sentence) => {
    expect(() => readLimits(flags, environment)).toThrow(sentence);
  });
});
