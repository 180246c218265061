import { Code, ConnectError } from '@connectrpc/connect';
import { CourseError } from '@streamlings/course';

/** Tells the page what the course says against something; all else is a fault of the hub. */
export function refuse(error: unknown): never {
  if (error instanceof CourseError) throw new ConnectError(error.message, Code.FailedPrecondition);
  throw error;
}
