import { relative } from 'node:path';
import { courseRoot, findFailureLine, readStepTexts } from '@streamlings/course';
import { launchEditor } from '../hub/launch-editor.ts';

/** Opens the file of a step in the editor that runs or that `EDITOR` names, at the line that the last run points to. */
export async function openFile(
  lesson: string | undefined,
  { step: number }: { step?: number },
): Promise<void> {
  const { lesson: name, step, path } = await readStepTexts(lesson, number);
  const line = await findFailureLine(name, step.number);
  console.log(`${relative(courseRoot, path)}${line === undefined ? '' : `, line ${line}`}`);
  await launchEditor(path, line);
}
