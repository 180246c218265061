import type { DescMethod, Registry } from '@bufbuild/protobuf';
import type { ScenarioHeader, ScenarioSource } from '../dialect/entry.ts';
import type { ProblemCollector } from '../dialect/scenario-error.ts';
import { compilePatternAt, compileRule, compileTimelineEntry, type EntryTypes } from './compile-entry.ts';
import { MessageType } from './message-type.ts';
import { compilePattern } from './pattern.ts';
import { RuleIndex } from './rule-index.ts';
import type { Rule, Scenario, Selector, TimelineEntry } from './scenario.ts';

/** Holds a scenario against the types of its method. Lines that do not fit are left out, and their problems collected. */
export function compileScenario(
  source: ScenarioSource,
  method: DescMethod,
  registry: Registry,
  collector: ProblemCollector,
): Scenario {
  const { header } = source;
  const textField = ({ typeName }: { typeName: string }) => header.textFields[typeName];
  const input = new MessageType(method.input, registry, textField(method.input));
  const output = new MessageType(method.output, registry, textField(method.output));
  const readsMany = method.methodKind === 'client_streaming' || method.methodKind === 'bidi_streaming';
  const allowsProgress = method.methodKind === 'client_streaming';
  const types: EntryTypes = { input, output, allowsProgress, readsMany, registry };
  const rules: Rule[] = [];
  const timeline: TimelineEntry[] = [];
  let offset = 0;
  for (const entry of source.entries) {
    collector.attempt(() => {
      if (entry.dir === 'in') rules.push(compileRule(entry, types));
      else timeline.push(compileTimelineEntry(entry, offset, types));
    });
    if (entry.dir === 'out' && entry.timing.kind === 'offset') offset = entry.timing.ms;
  }
  const selector = collector.attempt(() => compileSelector(header, input));
  const ruled = rules.map((rule) => ({ rule, pattern: rule.pattern }));
  return {
    name: header.name ?? source.file,
    file: source.file,
    method,
    input,
    output,
    selector: selector ?? { metadata: [], times: Number.POSITIVE_INFINITY },
    halfClose: header.halfClose,
    rules,
    index: new RuleIndex(ruled, header.order),
    timeline,
    compresses: [...rules, ...timeline].some(({ compress }) => compress),
  };
}

function compileSelector(header: ScenarioHeader, input: MessageType): Selector {
  const { line, message, metadata, times = Number.POSITIVE_INFINITY } = header;
  const at = ['scenario', 'when'];
  return {
    metadata: Object.entries(metadata).map(([key, text]) => ({
      key: key.toLowerCase(),
      pattern: line
        ? compilePatternAt(line, [...at, 'metadata', key], text, input)
        : compilePattern(text, input.desc),
    })),
    ...(message !== undefined &&
      line && { message: compilePatternAt(line, [...at, 'message'], message, input) }),
    times,
  };
}
