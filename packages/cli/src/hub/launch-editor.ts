import { CourseError } from '@streamlings/course';
import launch from 'launch-editor';

/** Time in which an editor that cannot be started says so. */
const FAILURE_MS = 300;

/**
 * Opens a file in the editor that runs or that `EDITOR` names.
 *
 * @throws CourseError if there is none.
 */
export async function launchEditor(path: string, line?: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  launch(line ? `${path}:${line}:1` : path, (_file, error) => {
    const reason = error?.replaceAll(/[().]/g, '') ?? 'none was found';
    reject(
      new CourseError(
        `No editor has opened it (${reason}): set \`EDITOR\` to the command of yours, for example \`EDITOR=code\`.`,
      ),
    );
  });
  // An editor that is up says nothing.
  setTimeout(resolve, FAILURE_MS);
  return promise;
}
