/** A problem that a person can solve: the message is a sentence that names the culprit and the way out. */
export class CourseError extends Error {
  override name = 'CourseError';
}

const writeProblems: Record<string, string> = {
  EACCES: 'the folder is not writable for you: change its owner or its permissions',
  EPERM: 'the folder is not writable for you: change its owner or its permissions',
  EROFS: 'the file system is read-only: copy the course to a disk you can write to',
  ENOSPC: 'the disk is full: free some space',
  EDQUOT: 'your disk quota is used up: free some space',
};

/** Turns an error of a write into a sentence with a way out; any other error stays as it is. */
export function explainWriteError(error: unknown, path: string): unknown {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  const reason = code && writeProblems[code];
  if (!reason) return error;
  return new CourseError(`Streamlings cannot write \`${path}\`: ${reason}, then run the command again.`, {
    cause: error,
  });
}
