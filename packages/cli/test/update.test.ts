import { describe, expect, test } from 'vitest';
import { describeUpdate } from '../src/commands/update.ts';

const nothing = { commits: 0, renewed: [], outdated: [], starters: [], orphaned: [], backups: [] };
const server = 'lessons/01-unary/src/server.ts';
const client = 'lessons/01-unary/src/client.ts';

describe('what an update says', () => {
  test('is short where nothing is new', () => {
    expect(describeUpdate(nothing)).toEqual(['The course is up to date.']);
  });

  test('tells new starters from work whose starter has changed', () => {
    expect(describeUpdate({ ...nothing, commits: 1, renewed: [client], outdated: [server] })).toEqual([
      'The course is up to date now: 1 commit is new.',
      'New starters, where you had not begun:',
      `  ${client}`,
      'Your work is as it was. The starters of these files have changed:',
      `  ${server}`,
      '`pnpm streamlings diff` shows how your files differ from them.',
    ]);
  });

  test('says where the new starters are', () => {
    const starters = ['lessons/01-unary/src/server.starter.ts'];
    expect(describeUpdate({ ...nothing, commits: 2, outdated: [server], starters }).slice(-2)).toEqual([
      'The new starters are beside them:',
      `  ${starters[0]}`,
    ]);
  });
});
