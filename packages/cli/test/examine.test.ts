import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { examine, examineNode, examinePnpm, examineProxy } from '../src/doctor/examine.ts';

test.each([
  ['26.10.0', 'fine'],
  ['22.18.0', 'fine'],
  ['22.17.1', 'wrong'],
  ['20.20.2', 'wrong'],
])('Node %s is %s', (version, state) => {
  expect(examineNode(version).state).toBe(state);
});

test('pnpm says its version', () => {
  expect(examinePnpm('pnpm/12.18.0 npm/? node/v26.10.0 linux x64').found).toBe('12.18.0');
  expect(examinePnpm('npm/11.19.1 node/v20.20.2').state).toBe('note');
});

test('a proxy is named, and no obstacle', () => {
  expect(examineProxy({ http_proxy: 'http://proxy:3128' })).toMatchObject({
    state: 'note',
    found: '`http_proxy` is set',
  });
  expect(examineProxy({}).state).toBe('fine');
});

test.skipIf(process.getuid?.() === 0)('a folder of somebody else is an obstacle', async () => {
  const root = await mkdtemp(join(tmpdir(), 'streamlings-'));
  await mkdir(join(root, 'lessons'));
  await chmod(root, 0o500);
  const findings = await examine(root, {});
  await chmod(root, 0o700);
  await rm(root, { recursive: true });
  expect(findings.filter(({ state }) => state === 'wrong').map(({ subject }) => subject)).toEqual([
    'Writing',
  ]);
});

test('a folder that is not the course is an obstacle', async () => {
  const root = await mkdtemp(join(tmpdir(), 'streamlings-'));
  const wrong = (await examine(root, {})).filter(({ state }) => state === 'wrong');
  await rm(root, { recursive: true });
  expect(wrong).toMatchObject([{ subject: 'Writing', found: expect.stringContaining('ENOENT') }]);
});
