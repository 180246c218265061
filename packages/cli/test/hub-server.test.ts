import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type HubOptions, startHub } from '../src/hub/hub-server.ts';

/** A hub that serves a folder with one page, and a secret beside the folder. */
async function openHub(options: Partial<HubOptions> = {}) {
  const closing = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'streamlings-hub-'));
  closing.defer(() => rm(folder, { recursive: true }));
  const app = join(folder, 'app');
  await writeFile(join(folder, 'secret.txt'), 'secret');
  await mkdir(app);
  await writeFile(join(app, 'index.html'), '<h1>The page</h1>');
  const hub = closing.use(
    await startHub({ host: '127.0.0.1', port: 0, routes: () => {}, app: async () => app, ...options }),
  );
  const { port, searchParams } = new URL(hub.url);
  const key = searchParams.get('key') ?? '';
  const cookie = `streamlings-${port}=${key}`;
  return {
    hub,
    port,
    key,
    cookie,
    /** Asks with the path as it is, which `fetch` would tidy. */
    ask: async (path: string, headers: Record<string, string> = { cookie }) => {
      const asking = request({ host: '127.0.0.1', port, path, headers }).end();
      const [response] = (await once(asking, 'response')) as [IncomingMessage];
      const text = (await response.setEncoding('utf8').toArray()).join('');
      return { status: response.statusCode, headers: response.headers, text };
    },
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
}

describe('startHub()', () => {
  test('takes the key out of the address into a cookie for this server alone', async () => {
    await using each = await openHub();
    const { status, headers } = await each.ask(`/lesson-01/2?key=${each.key}`, {});
    expect(status).toBe(303);
    expect(headers.location).toBe('/lesson-01/2');
    expect(headers['set-cookie']).toEqual([`${each.cookie}; HttpOnly; SameSite=Strict; Path=/`]);
  });

  test('serves its page with the cookie, under every address of the application', async () => {
    await using each = await openHub();
    for (const path of ['/', '/lesson-01/2']) {
      const { status, text } = await each.ask(path);
      expect([status, text]).toEqual([200, '<h1>The page</h1>']);
    }
  });

  test.each([
    ['without a key', {}],
    ['with another key', { cookie: 'streamlings=x' }],
  ])('refuses pages and calls %s', async (_which, headers) => {
    await using each = await openHub();
    for (const path of ['/', '/index.html', '/rpc/x', '/?key=wrong']) {
      const { status, text } = await each.ask(path, headers);
      expect(status).toBe(403);
      expect(text).toBe('Open the address that `pnpm start` has printed.\n');
    }
  });

  test('refuses another origin, even with the key', async () => {
    await using each = await openHub();
    for (const origin of ['http://evil.example', 'null', `https://127.0.0.1:${each.port}`]) {
      expect((await each.ask('/', { cookie: each.cookie, origin })).status).toBe(403);
    }
    const origin = `http://127.0.0.1:${each.port}`;
    expect((await each.ask('/', { cookie: each.cookie, origin })).status).toBe(200);
  });

  test('refuses another name, so that no name can be bent to this address', async () => {
    await using each = await openHub();
    const { cookie, port } = each;
    for (const host of ['evil.example', `evil.example:${port}`, '127.0.0.1', '127.0.0.1:1']) {
      expect((await each.ask('/', { cookie, host })).status).toBe(403);
    }
    expect((await each.ask('/', { cookie, host: `localhost:${port}` })).status).toBe(200);
  });

  test('forbids its pages every script and every request but its own', async () => {
    await using each = await openHub();
    const { headers } = await each.ask('/');
    const policy = String(headers['content-security-policy']);
    for (const rule of ["default-src 'none'", "script-src 'self'", "connect-src 'self'"]) {
      expect(policy.split('; ')).toContain(rule);
    }
    expect(policy).toContain("frame-ancestors 'none'");
    expect(headers['x-content-type-options']).toBe('nosniff');
  });

  test.each([
    '/../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/a/../../secret.txt',
    '//../secret.txt',
  ])('keeps to its folder for %s', async (path) => {
    await using each = await openHub();
    expect((await each.ask(path)).text).not.toContain('secret');
  });

  test('takes a free port where the usual one is taken, and says so where it was asked for', async () => {
    await using first = await openHub({ port: undefined });
    await using second = await openHub({ port: undefined });
    expect(second.port).not.toBe(first.port);
    const taken = Number(second.port);
    await expect(openHub({ port: taken })).rejects.toThrow(`Port ${taken} is taken`);
  });

  test('says what is wrong where the application cannot be built', async () => {
    await using each = await openHub({ app: () => Promise.reject(new Error('no disk')) });
    const { status, text } = await each.ask('/');
    expect([status, text]).toEqual([500, 'The browser application cannot be built: no disk\n']);
  });
});
