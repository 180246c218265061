import { beforeAll, describe, expect, it } from 'vitest';
import { gradeProgram, rightAnswer, serverWith } from './grade-program.ts';

/** What a program's own code can see of the watches, printed by the program itself. */
async function outputOf(body: string, before = ''): Promise<string[]> {
  const { output } = await gradeProgram(serverWith(`${body} ${rightAnswer}`, before), { name: 'answers' });
  return output;
}

describe('the leak watch', () => {
  const watch = `import { leaks } from ${JSON.stringify(new URL('../src/child/leaks.ts', import.meta.url).href)};`;

  it.each([
    ['a timeout', `const t = setTimeout(() => {}, 1e6);`, `clearTimeout(t);`],
    ['an interval', `const t = setInterval(() => {}, 1e6);`, `clearInterval(t);`],
    ['a timeout from node:timers', `const t = timers.setTimeout(() => {}, 1e6);`, `timers.clearTimeout(t);`],
  ])('counts %s until it is cleared', async (_name, start, stop) => {
    const output = await outputOf(
      `console.log(leaks.timers); ${start} console.log(leaks.timers); ${stop} console.log(leaks.timers);`,
      `${watch} import * as timers from 'node:timers';`,
    );
    expect(output).toEqual(['0', '1', '0']);
  });

  it('counts a promised sleep until its signal aborts it', async () => {
    const output = await outputOf(
      `const ac = new AbortController();
       sleep(1e6, undefined, { signal: ac.signal }).catch(() => console.log(leaks.timers));
       console.log(leaks.timers); ac.abort();`,
      `${watch} import { setTimeout as sleep } from 'node:timers/promises';`,
    );
    expect(output).toEqual(['1', '0']);
  });

  it('does not count what a library starts for the learner', async () => {
    const output = await outputOf(
      `const c = new Client('127.0.0.1:1', credentials.createInsecure());
       c.waitForReady(Date.now() + 1e6, () => {}); console.log(leaks.timers); c.close();`,
      `${watch} import { Client, credentials } from '@grpc/grpc-js';`,
    );
    expect(output).toEqual(['0']);
  });
});

describe('the console of a run', () => {
  let output: string[];
  beforeAll(async () => {
    output = await outputOf(`console.log('a', { b: 1n }); console.error('c');`);
  });

  it('arrives in order, values inspected', () => {
    expect(output).toEqual(['a { b: 1n }', 'c']);
  });
});
