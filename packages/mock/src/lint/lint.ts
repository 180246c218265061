import type { Registry } from '@bufbuild/protobuf';
import { type Problem, ScenarioError } from '../dialect/scenario-error.ts';
import type { JsonPath, SourceLine } from '../dialect/source-line.ts';
import { type LoadedScenario, loadScenarios, type ScenarioFile } from '../server/load-scenarios.ts';
import { lintFields } from './fields.ts';
import { lintChoice, lintReachability } from './reachability.ts';
import { lintStateNames } from './state-names.ts';

/** What a warning is about. */
export type LintRule =
  | 'assigned-never-read'
  | 'read-never-assigned'
  | 'unknown-field'
  | 'unknown-enum-value'
  | 'unreachable'
  | 'decreasing-time'
  | 'cannot-encode'
  | 'empty';

/** Something that keeps a scenario from being served, or is probably not meant. */
export interface Finding extends Problem {
  /** `error` for what keeps it from being served. */
  rule: LintRule | 'error';
}

/** Takes a warning down. */
export type Warn = (line: SourceLine, path: JsonPath, rule: LintRule, message: string) => void;

/** Looks for mistakes in scenarios, by file and line. Files are judged one by one, so errors in one hide nothing in others. */
export function lintScenarios(files: readonly ScenarioFile[], registry: Registry): Finding[] {
  const findings: Finding[] = [];
  const warn: Warn = (line, path, rule, message) => findings.push({ ...line.problem(path, message), rule });
  const loaded = files.flatMap((file) => loadOne(file, registry, findings));
  for (const each of loaded) {
    lintStateNames(each, warn);
    lintFields(each, warn);
    lintReachability(each, warn);
  }
  lintChoice(loaded, warn);
  const order = new Map(files.map(({ file }, index) => [file, index]));
  const position = ({ file }: Finding) => order.get(file) ?? 0;
  return findings.sort((a, b) => position(a) - position(b) || a.line - b.line || a.column - b.column);
}

function loadOne(file: ScenarioFile, registry: Registry, findings: Finding[]): LoadedScenario[] {
  try {
    return loadScenarios([file], registry);
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    findings.push(...error.problems.map((problem) => ({ ...problem, rule: 'error' as const })));
    return [];
  }
}
