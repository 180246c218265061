import { create } from '@bufbuild/protobuf';
import { CheckFinishedSchema } from '@streamlings/proto/streamlings/result/v1/result';
import { describe, expect, test } from 'vitest';
import { listHints } from '../src/hints.ts';

const text = `# 01 · Answer

## Your task

### Step 1: the answer

### Step 2: \`src/client.ts\`

## Hints

<details>
<summary>Where to look</summary>
In the function.
</details>
`;
const page = { path: 'README.md', text };
const failure = create(CheckFinishedSchema, {
  hint: 'Nobody hears `a.b` of it. It is lost. What does your function give back? And to whom?',
  spec: { file: 'checks.ts', line: 58, text: 'expect(received).toBe(42);' },
});

describe('listHints()', () => {
  test('asks before it explains, then says what to read again, and ends with the hints of the page', () => {
    expect(listHints(page, 2, failure)).toEqual([
      { title: 'A question', text: 'What does your function give back? And to whom?' },
      { title: 'What is behind it', text: 'Nobody hears `a.b` of it. It is lost.' },
      {
        title: 'What to read again',
        text: '- `checks.ts:58`: `expect(received).toBe(42);`\n- `README.md:7`: Step 2: src/client.ts',
      },
      { title: 'Where to look', text: 'In the function.' },
    ]);
  });

  test('names the task of a page that is about one step', () => {
    const own = { path: 'steps/02.md', text: '## Your task\n' };
    expect(listHints(own, 2, failure).at(-1)?.text).toContain('`steps/02.md:1`: Your task');
  });

  test('leaves out what a question without more does not have', () => {
    const titles = listHints(page, 1, { ...failure, hint: 'Who waits?' }).map(({ title }) => title);
    expect(titles).toEqual(['A question', 'What to read again', 'Where to look']);
  });

  test('has those of the page where nothing has failed, or nothing that a check says more about', () => {
    expect(listHints(page, 1)).toHaveLength(1);
    expect(listHints(page, 1, { ...failure, hint: '' })).toHaveLength(1);
  });
});
