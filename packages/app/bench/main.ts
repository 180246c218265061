import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { chromium, type Response } from 'playwright-core';
import { copyCourse, listNames } from '../e2e/course-copy.ts';
import { startHubProcess } from '../e2e/hub-process.ts';
import { openStep } from '../e2e/learner.ts';

// Measures what a learner waits for before the first page, and what the hub costs while nobody does anything.

/** How often the start is measured when the application is built. */
const STARTS = 5;
const IDLE_SECONDS = 20;
/** Clock ticks a second, by which Linux counts processor time. */
const TICKS = 100;

if (process.platform !== 'linux')
  throw new Error('memory and processor time are read from `/proc`: use Linux');
await using course = await copyCourse(await listNames());
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
try {
  console.log(formatRow('first page, nothing built', `${await measureUnbuiltStart()} ms`, '8,000 ms'));
  const starts: number[] = [];
  for (let start = 0; start < STARTS; start++) starts.push((await measureStart()).ms);
  console.log(formatRow(`first page, median of ${STARTS}`, `${median(starts)} ms`, '1,000 ms'));
  const { bytes } = await measureStart();
  console.log(formatRow('first view, compressed', `${Math.round(bytes / 1000)} kB`, '250 kB'));
  const { hubBytes, processorShare } = await measureIdle();
  console.log(formatRow('memory of the hub', `${Math.round(hubBytes / 1e6)} MB`, '180 MB'));
  const share = `${(100 * processorShare).toFixed(2)} %`;
  console.log(formatRow(`processor, ${IDLE_SECONDS} idle seconds`, share, '1 %'));
} finally {
  await browser.close();
}

/** Measures the start as after a fresh install. */
async function measureUnbuiltStart(): Promise<number> {
  await rm(join(import.meta.dirname, '../dist'), { recursive: true, force: true });
  await rm(join(import.meta.dirname, '../../cli/node_modules/.cache'), { recursive: true, force: true });
  return (await measureStart()).ms;
}

/** Starts a hub and opens the map in a new profile: milliseconds until the map is there, and bytes of its files, compressed. */
async function measureStart(): Promise<{ ms: number; bytes: number }> {
  const context = await browser.newContext();
  const page = await context.newPage();
  const files: Response[] = [];
  page.on('response', (response) => {
    if (response.ok() && response.request().method() === 'GET') files.push(response);
  });
  const startedMs = performance.now();
  await using hub = await startHubProcess(course.root);
  await page.goto(hub.url);
  await page.locator('.card').first().waitFor();
  const ms = Math.round(performance.now() - startedMs);
  // The hub sends them as they are, since nothing is far away; what is compared is what a network would carry.
  const sizes = await Promise.all(files.map(async (file) => gzipSync(await file.body()).length));
  await context.close();
  return { ms, bytes: sizes.reduce((sum, size) => sum + size, 0) };
}

/** Watches a lesson with an open page and does nothing: bytes of the hub, and the share of one processor of all it started. */
async function measureIdle(): Promise<{ hubBytes: number; processorShare: number }> {
  await using hub = await startHubProcess(course.root);
  const page = await (await browser.newContext()).newPage();
  await page.goto(hub.url);
  await openStep(page, hub);
  await pause(5000);
  const before = await readTicks(hub.pid);
  await pause(IDLE_SECONDS * 1000);
  const ticks = (await readTicks(hub.pid)) - before;
  const [, kibibytes = '0'] =
    /^VmRSS:\s+(\d+)/m.exec(await readFile(`/proc/${hub.pid}/status`, 'utf8')) ?? [];
  return { hubBytes: Number(kibibytes) * 1024, processorShare: ticks / TICKS / IDLE_SECONDS };
}

/** Adds up the processor time of a process and of all that it has started. */
async function readTicks(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const children = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).split(' ').filter(Boolean);
  const theirs = await Promise.all(children.map((child) => readTicks(Number(child))));
  // Its own in user and in system mode, and of the children that have ended both again.
  const own = fields.slice(11, 15).map(Number);
  return [...own, ...theirs].reduce((sum, ticks) => sum + ticks, 0);
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function formatRow(name: string, figure: string, goal: string): string {
  return `${name.padEnd(32)}${figure.padStart(12)}   goal ${goal}`;
}
