import type { Registry } from '@bufbuild/protobuf';
import { readProtos, readScenarioFiles, type ScenarioFile } from '../server/load-scenarios.ts';
import { type Flags, requireFlag } from './flags.ts';
import { UsageError } from './usage-error.ts';

/** @throws UsageError, ProtoError */
export function readRegistry(flags: Flags): Promise<Registry> {
  const path = requireFlag(flags, 'proto', 'where the .proto files are');
  return readProtos(path);
}

/** @throws UsageError */
export function readScenarios(flags: Flags): ScenarioFile[] {
  const folder = requireFlag(flags, 'scenarios', 'where the scenarios are');
  let files: ScenarioFile[];
  try {
    files = readScenarioFiles(folder);
  } catch (error) {
    throw new UsageError(`\`--scenarios ${folder}\` cannot be used: ${(error as Error).message}`);
  }
  if (files.length === 0)
    throw new UsageError(
      `There is no .jsonl file in \`${folder}\`: write one, named \`package.Service.Method.jsonl\`.`,
    );
  return files;
}
