import { existsSync, globSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './run-tool.ts';

const areas = ['packages/*', 'lessons/*', 'workshops/*', 'solutions/*', 'docs'];

/** Lists the folders of the workspace that hold a certain file, as paths from the root. */
export function foldersWith(file: string): string[] {
  const folders = areas.flatMap((area) => globSync(area, { cwd: root }).sort());
  return folders.filter((folder) => existsSync(join(root, folder, file)));
}
