import { execFileSync } from 'node:child_process';
import { pathsOfTheCourse } from './learner-files.ts';
import { root, runTool } from './run-tool.ts';

const codes = [await runTool('biome', ['lint', ...pathsOfTheCourse()]), await runTool('buf', ['lint'])];

if (hasProtoOnMain()) codes.push(await runTool('buf', ['breaking', '--against', '.git#branch=main']));

process.exitCode = codes.some((code) => code !== 0) ? 1 : 0;

function hasProtoOnMain(): boolean {
  try {
    execFileSync('git', ['cat-file', '-e', 'refs/heads/main:buf.yaml'], { cwd: root, stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
