import { describe, expect, test } from 'vitest';
import { CourseError, explainWriteError } from '../src/course-error.ts';

describe('explainWriteError()', () => {
  test.each([
    ['EACCES', 'the folder is not writable for you'],
    ['EROFS', 'the file system is read-only'],
    ['ENOSPC', 'the disk is full: free some space'],
  ])('says what to do about %s', (code, sentence) => {
    const cause = Object.assign(new Error(code), { code });
    const explained = explainWriteError(cause, '/course/.streamlings');
    expect(explained).toBeInstanceOf(CourseError);
    expect((explained as Error).message).toContain(`cannot write \`/course/.streamlings\`: ${sentence}`);
    expect((explained as Error).cause).toBe(cause);
  });

  test('leaves any other error as it is', () => {
    const error = new Error('something else');
    expect(explainWriteError(error, '/course')).toBe(error);
  });
});
