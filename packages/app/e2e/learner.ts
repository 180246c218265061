import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { type CourseCopy, copyCourse } from './course-copy.ts';
import { type HubProcess, startHubProcess } from './hub-process.ts';

/** A learner at a browser, with a hub and a course of their own. */
export interface Learner extends AsyncDisposable {
  course: CourseCopy;
  hub: HubProcess;
  context: BrowserContext;
  page: Page;
  /** What no page may do: errors on the console, and requests to anybody but the hub. */
  problems: string[];
}

/** Opens the map of a course, of lesson 01 by default, in Chromium; `CHROMIUM` names another one than Debian's. */
export async function openLearner(names?: readonly string[]): Promise<Learner> {
  const closing = new AsyncDisposableStack();
  const course = closing.use(await copyCourse(names));
  const hub = closing.use(await startHubProcess(course.root));
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  closing.defer(() => browser.close());
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const problems: string[] = [];
  const isForeign = (url: string): boolean =>
    /^\w+:\/\//.test(url) && new URL(url).host !== new URL(hub.url).host;
  context.on('request', (request) => {
    if (isForeign(request.url())) problems.push(`request to ${request.url()}`);
  });
  context.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });
  context.on('weberror', (error) => problems.push(String(error.error())));
  const page = await context.newPage();
  await page.goto(hub.url);
  return { course, hub, context, page, problems, [Symbol.asyncDispose]: () => closing.disposeAsync() };
}

/** Opens a step and waits for its verdict. */
export async function openStep(page: Page, hub: HubProcess, step = 1, lesson = 'lesson-01'): Promise<void> {
  await page.goto(new URL(`/${lesson}/${step}`, hub.url).href);
  await untilTitle(page, /^[✗✓]/);
}

/** Waits until the window's title, which says how the run stands, matches. */
export async function untilTitle(page: Page, title: RegExp): Promise<void> {
  await page.waitForFunction(({ source }) => new RegExp(source).test(document.title), {
    source: title.source,
  });
}

/** Replaces all text of the editor. */
export async function type(page: Page, text: string): Promise<void> {
  await page.locator('.editor .cm-content').click();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.insertText(text);
}

/** Reads what the editor shows, as far as it is on the screen. */
export async function readEditor(page: Page): Promise<string> {
  return (await page.locator('.editor .cm-line').allTextContents()).join('\n');
}
