import { contains, matches, type Pattern } from '../compile/pattern.ts';
import type { Rule } from '../compile/scenario.ts';
import { isObject, type Json, readMember } from '../dialect/json.ts';
import type { Received } from './scope.ts';

/** Rules that are looked at: beyond, finding the nearest would cost more than it tells. */
const maxRules = 1_000;

/** Says which rule came closest to a message that none took, and why it was not taken. */
export function describeNearest(rules: readonly Rule[], message: Received): string {
  let best: { rule: Rule; score: number; reason: string } | undefined;
  for (const rule of rules.slice(0, maxRules)) {
    const { score, reason } = rate(rule.pattern, message);
    if (!best || score > best.score) best = { rule, score, reason };
  }
  if (!best) return 'the scenario has no rules';
  const { file, number } = best.rule.line;
  return `nearest is ${file}:${number}: ${best.reason}`;
}

function rate(pattern: Pattern, message: Received): { score: number; reason: string } {
  if (matches(pattern, message))
    return { score: 2, reason: 'its pattern matches, but its `condition` is false' };
  const text = JSON.stringify(message.text ?? message.view);
  switch (pattern.kind) {
    case 'subset': {
      const leaves = pattern.leaves.map((leaf) => ({ ...leaf, actual: follow(message.view, leaf.path) }));
      const missed = leaves.filter(({ actual, value }) => !contains(actual, value));
      const [first] = missed;
      const reason = first
        ? `\`${first.path.join('.')}\` is ${show(first.actual)}, not ${show(first.value)}`
        : 'it does not match';
      return { score: leaves.length === 0 ? 0 : 1 - missed.length / leaves.length, reason };
    }
    case 'literal': {
      const isAlike = message.text?.trim().toLowerCase() === pattern.text.trim().toLowerCase();
      return { score: isAlike ? 0.9 : 0, reason: `the text is ${text}, not ${JSON.stringify(pattern.text)}` };
    }
    case 'regex':
      return { score: 0.1, reason: `\`${pattern.text}\` is not found in ${text}` };
    default:
      return { score: 0, reason: `the message is ${text}` };
  }
}

function follow(view: Json | undefined, path: readonly string[]): Json | undefined {
  let value = view;
  for (const name of path) value = isObject(value) ? readMember(value, name) : undefined;
  return value;
}

function show(value: Json | undefined): string {
  return value === undefined ? 'not set' : JSON.stringify(value);
}
