import { execFileSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { isCi, isLearnerFile } from './learner-files.ts';
import { root, runTool } from './run-tool.ts';

const codes = [await runTool('biome', ['lint', ...pathsToLint()]), await runTool('buf', ['lint'])];

if (hasProtoOnMain()) codes.push(await runTool('buf', ['breaking', '--against', '.git#branch=main']));

process.exitCode = codes.some((code) => code !== 0) ? 1 : 0;

/** Style and slips in a learner's file are the learner's business. */
function pathsToLint(): string[] {
  if (isCi) return ['.'];
  const paths = globSync(['*', '{lessons,workshops}/*/*'], { cwd: root });
  return paths.filter(
    (path) => !/^(lessons|workshops|node_modules)$/.test(path) && !isLearnerFile(`${path}/`),
  );
}

function hasProtoOnMain(): boolean {
  try {
    execFileSync('git', ['cat-file', '-e', 'refs/heads/main:buf.yaml'], { cwd: root, stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
