import { contains, type Pattern } from '../compile/pattern.ts';
import type { Rule, Scenario, TimelineEntry } from '../compile/scenario.ts';
import type { LoadedScenario } from '../server/load-scenarios.ts';
import type { Warn } from './lint.ts';

/** Warns of rules and entries that never get their turn. */
export function lintReachability({ source, scenario }: LoadedScenario, warn: Warn): void {
  lintRules(scenario, warn);
  lintTimeline(scenario, warn);
  if (source.entries.length === 0 && source.unreadable.length === 0 && source.header.line)
    warn(source.header.line, [], 'empty', 'This scenario has no entries: add some, or remove the file.');
}

/** Warns of scenarios that others always go before. */
export function lintChoice(loaded: readonly LoadedScenario[], warn: Warn): void {
  const first = new Map<string, LoadedScenario>();
  for (const each of loaded) {
    const { metadata, message, times, line } = each.source.header;
    const key = JSON.stringify([
      each.scenario.method.parent.typeName,
      each.scenario.method.name,
      metadata,
      message,
    ]);
    const before = first.get(key);
    const place = line ?? each.source.entries[0]?.line;
    if (before && place)
      warn(
        place,
        [],
        'unreachable',
        `\`${before.source.file}\` takes the same calls and comes first: give one of them other demands with \`when\`, or the first one \`times\`.`,
      );
    if (times === undefined) first.set(key, before ?? each);
  }
}

function lintRules({ index, method, output, input }: Scenario, warn: Warn): void {
  const isOpen = (rule: Rule) =>
    !rule.condition &&
    !(method.methodKind === 'client_streaming' && rule.payload?.isTextOnly && !output.textField);
  const seen: Rule[] = [];
  for (const rule of index.ordered) {
    const { pattern, line } = rule;
    if (pattern.kind === 'literal' && !input.textField)
      warn(
        line,
        ['text'],
        'unreachable',
        `\`${input.desc.typeName}\` has no field that plain text obviously belongs to, so this matches nothing: write a JSON pattern.`,
      );
    const before = seen.find((other) => isOpen(other) && covers(other.pattern, pattern));
    if (before)
      warn(
        line,
        ['text'],
        'unreachable',
        `This rule never gets its turn: line ${before.line.number} takes all that it matches. Give that line a \`condition\`, or remove one.`,
      );
    seen.push(rule);
  }
}

function covers(first: Pattern, second: Pattern): boolean {
  if (first.kind === 'any') return true;
  if (first.kind === 'filled') return second.kind !== 'any' && second.kind !== 'empty';
  if (first.kind === 'empty') return second.kind === 'empty';
  if (first.kind === 'literal') return second.kind === 'literal' && second.text === first.text;
  if (first.kind === 'regex') {
    if (second.kind === 'regex') return second.text === first.text;
    return second.kind === 'literal' && first.expression.test(second.text);
  }
  return first.kind === 'subset' && second.kind === 'subset' && contains(second.object, first.object);
}

function lintTimeline({ timeline, method, halfClose }: Scenario, warn: Warn): void {
  const isUnary = method.methodKind === 'unary';
  const hasOneRequest = isUnary || method.methodKind === 'server_streaming';
  let end: TimelineEntry | undefined;
  for (const entry of timeline) {
    const { line } = entry;
    if (end)
      warn(
        line,
        [],
        'unreachable',
        `This entry never gets its turn: line ${end.line.number} ends the call. Move it up, or give that line a \`condition\`.`,
      );
    if (entry.startsSegment && !entry.waitFor && !entry.waitForEnd)
      warn(
        line,
        ['ts'],
        'decreasing-time',
        'This `ts` is less than the one before, so it counts from when that entry was due: write `after` if that is meant, `at` if not.',
      );
    if (entry.waitFor && hasOneRequest)
      warn(
        line,
        ['waitFor'],
        'unreachable',
        'There is one request, and this entry waits for another: remove `waitFor`.',
      );
    if (entry.waitForEnd && method.methodKind === 'bidi_streaming' && halfClose === 'finish')
      warn(
        line,
        ['waitForEnd'],
        'unreachable',
        'The end of the requests ends the timeline too: begin the file with `{"scenario":{"halfClose":"drain"}}`.',
      );
    const isEnd =
      entry.close ||
      entry.error ||
      entry.faults?.reset ||
      entry.faults?.noTrailers ||
      entry.faults?.socketReset;
    if (!entry.condition && (isEnd || (isUnary && entry.payload))) end ??= entry;
  }
}
