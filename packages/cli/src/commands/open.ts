import { relative } from 'node:path';
import { courseRoot, findFailureLine, readStepTexts } from '@streamlings/course';
import launchEditor from 'launch-editor';

/** Opens the file of a step in the editor that runs or that `EDITOR` names, at the line that the last run points to. */
export async function openFile(
  lesson: string | undefined,
  { step: number }: { step?: number },
): Promise<void> {
  const { lesson: name, step, path } = await readStepTexts(lesson, number);
  const line = await findFailureLine(name, step.number);
  console.log(`${relative(courseRoot, path)}${line === undefined ? '' : `, line ${line}`}`);
  launchEditor(line === undefined ? path : `${path}:${line}:1`, (_file, error) => {
    const reason = error?.replaceAll(/[().]/g, '') ?? 'none was found';
    console.error(
      `No editor has opened it (${reason}): set \`EDITOR\` to the command of yours, for example \`EDITOR=code\`.`,
    );
    process.exitCode = 2;
  });
}
