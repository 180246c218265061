import type { Registry } from '@bufbuild/protobuf';
import { type Problem, ProblemCollector } from '../dialect/scenario-error.ts';
import type { JsonPath, SourceLine } from '../dialect/source-line.ts';
import { readScenarios, type ScenarioFile } from '../server/load-scenarios.ts';
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

/** Looks for mistakes in scenarios, by file and line. An error in one line hides nothing in the others. */
export function lintScenarios(files: readonly ScenarioFile[], registry: Registry): Finding[] {
  const findings: Finding[] = [];
  const warn: Warn = (line, path, rule, message) => {
    const warning = { ...line.problem(path, message), rule };
    // A warning about what is refused says the same again.
    if (!findings.some((finding) => finding.rule === 'error' && isSamePlace(finding, warning)))
      findings.push(warning);
  };
  const collector = new ProblemCollector();
  const loaded = readScenarios(files, registry, collector);
  findings.push(...collector.problems.map((problem) => ({ ...problem, rule: 'error' as const })));
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

function isSamePlace(one: Problem, other: Problem): boolean {
  return one.file === other.file && one.line === other.line && one.column === other.column;
}
