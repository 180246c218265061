import { credentials, status } from '@grpc/grpc-js';
import { describe, expect, test } from 'vitest';
import { addHealth, Health, type HealthStatuses, ServingStatus } from '../src/health.ts';
import { type AsyncClient, createAsyncClient } from '../src/index.ts';
import { startServer } from './streaming-server.ts';

interface HealthServer extends AsyncDisposable {
  health: HealthStatuses;
  client: AsyncClient<typeof Health>;
}

async function serveHealth(): Promise<HealthServer> {
  let health: HealthStatuses | undefined;
  const server = await startServer((server) => {
    health = addHealth(server);
  });
  const client = createAsyncClient(Health, server.address, credentials.createInsecure());
  if (!health) throw new Error('the server was not configured');
  return {
    health,
    client,
    async [Symbol.asyncDispose]() {
      client.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

describe('addHealth', () => {
  test('serves the whole server from the start', async () => {
    await using server = await serveHealth();
    expect((await server.client.check({})).status).toBe(ServingStatus.SERVING);
  });

  test('answers NOT_FOUND for a service nobody has set', async () => {
    await using server = await serveHealth();
    const check = server.client.check({ service: 'a.B' });
    await expect(check).rejects.toMatchObject({ code: status.NOT_FOUND, details: 'unknown service: a.B' });
  });

  test('lists all that was set', async () => {
    await using server = await serveHealth();
    server.health.set('a.B', ServingStatus.NOT_SERVING);
    const { statuses } = await server.client.list({});
    expect(Object.entries(statuses).map(([service, { status }]) => [service, status])).toEqual([
      ['', ServingStatus.SERVING],
      ['a.B', ServingStatus.NOT_SERVING],
    ]);
  });

  test('tells a watcher the present status, also SERVICE_UNKNOWN, and then each change', async () => {
    await using server = await serveHealth();
    const responses = server.client.watch({ service: 'a.B' });
    const seen = [(await responses.next()).value?.status];
    for (const next of [ServingStatus.SERVING, ServingStatus.NOT_SERVING]) {
      server.health.set('a.B', next);
      seen.push((await responses.next()).value?.status);
    }
    expect(seen).toEqual([ServingStatus.SERVICE_UNKNOWN, ServingStatus.SERVING, ServingStatus.NOT_SERVING]);
    await responses.return();
  });

  test('tells a watcher nothing about other services or about no change', async () => {
    await using server = await serveHealth();
    server.health.set('a.B', ServingStatus.SERVING);
    const responses = server.client.watch({ service: 'a.B' });
    await responses.next();
    server.health.set('a.B', ServingStatus.SERVING);
    server.health.set('a.C', ServingStatus.SERVING);
    await server.client.check({});
    server.health.set('a.B', ServingStatus.NOT_SERVING);
    expect((await responses.next()).value?.status).toBe(ServingStatus.NOT_SERVING);
    await responses.return();
  });

  test('makes everything NOT_SERVING before a shutdown', async () => {
    await using server = await serveHealth();
    server.health.set('a.B', ServingStatus.SERVING);
    const responses = server.client.watch({ service: 'a.B' });
    await responses.next();
    server.health.shutDown();
    expect((await responses.next()).value?.status).toBe(ServingStatus.NOT_SERVING);
    expect((await server.client.check({})).status).toBe(ServingStatus.NOT_SERVING);
    expect(server.health.get('a.B')).toBe(ServingStatus.NOT_SERVING);
    await responses.return();
  });
});
