import { isObject, type Json, readMember } from '../dialect/json.ts';
import type { Received } from '../engine/scope.ts';
import { type Leaf, leafKey, matches, type Pattern } from './pattern.ts';

interface Ranked<T> {
  rule: T;
  pattern: Pattern;
  rank: number;
}

interface LeafIndex<T> {
  path: readonly string[];
  rules: Map<string, Ranked<T>[]>;
}

/**
 * Finds the rules that match a message, best first.
 *
 * Rules with an exact text, or with a field that must have one value, are looked up; only regular expressions and
 * catch-alls are tried one after another. So a message takes as long with 10,000 rules as with one.
 */
export class RuleIndex<T> {
  /** All rules, in the order in which they would be tried one after another. */
  readonly ordered: readonly T[];
  readonly #byText = new Map<string, Ranked<T>[]>();
  readonly #byLeaf: LeafIndex<T>[] = [];
  readonly #tried: Ranked<T>[] = [];

  /** @param order `file` tries rules as they come, instead of the more specific first. */
  constructor(rules: readonly { rule: T; pattern: Pattern }[], order: 'specific' | 'file') {
    const ranked = rules
      .map(({ rule, pattern }, position) => ({ rule, pattern, position, specific: rankOf(pattern) }))
      .sort((a, b) => (order === 'file' ? 0 : a.specific - b.specific) || a.position - b.position)
      .map(({ rule, pattern }, rank): Ranked<T> => ({ rule, pattern, rank }));
    this.ordered = ranked.map(({ rule }) => rule);
    const variety = countValues(ranked);
    for (const entry of ranked) this.#add(entry, variety);
  }

  /** Yields the rules whose pattern matches, the one to take first. */
  *find(message: Received): Generator<T> {
    const found = this.#lookUp(message);
    let next = 0;
    for (const entry of this.#tried) {
      for (let hit = found[next]; hit && hit.rank < entry.rank; hit = found[++next]) yield hit.rule;
      if (matches(entry.pattern, message)) yield entry.rule;
    }
    for (; next < found.length; next++) yield (found[next] as Ranked<T>).rule;
  }

  #lookUp(message: Received): Ranked<T>[] {
    const found = this.#byText.size > 0 ? [...(this.#byText.get(message.text ?? '') ?? [])] : [];
    for (const { path, rules } of this.#byLeaf) found.push(...(rules.get(keyAt(message, path)) ?? []));
    const hits = found.filter(({ pattern }) => matches(pattern, message));
    return hits.length > 1 ? hits.sort((a, b) => a.rank - b.rank) : hits;
  }

  #add(entry: Ranked<T>, variety: Map<string, Set<string>>): void {
    const { pattern } = entry;
    if (pattern.kind === 'literal') addTo(this.#byText, pattern.text, entry);
    else if (pattern.kind !== 'subset') this.#tried.push(entry);
    else {
      const leaf = mostTelling(pattern.leaves, variety);
      if (leaf) addTo(this.#indexFor(leaf.path), leafKey(leaf.value), entry);
      else this.#tried.push(entry);
    }
  }

  #indexFor(path: readonly string[]): Map<string, Ranked<T>[]> {
    let index = this.#byLeaf.find((candidate) => nameOf(candidate.path) === nameOf(path));
    if (!index) {
      index = { path, rules: new Map() };
      this.#byLeaf.push(index);
    }
    return index.rules;
  }
}

/** Exact texts, then subsets with many leaves, then those with fewer, then the other tiers. */
function rankOf(pattern: Pattern): number {
  if (pattern.kind === 'subset') return 1 / (pattern.leaves.length + 2);
  return pattern.tier === 0 ? 0 : pattern.tier;
}

/** How many values the rules ask for at each path: the more, the better the path tells them apart. */
function countValues<T>(ranked: readonly Ranked<T>[]): Map<string, Set<string>> {
  const variety = new Map<string, Set<string>>();
  for (const { pattern } of ranked) {
    if (pattern.kind !== 'subset') continue;
    for (const { path, value } of pattern.leaves) {
      const values = variety.get(nameOf(path)) ?? new Set();
      variety.set(nameOf(path), values.add(leafKey(value)));
    }
  }
  return variety;
}

function mostTelling(leaves: readonly Leaf[], variety: Map<string, Set<string>>): Leaf | undefined {
  const count = ({ path }: Leaf) => variety.get(nameOf(path))?.size ?? 0;
  const usable = leaves.filter(({ value }) => value !== null && typeof value !== 'object');
  return usable.reduce<Leaf | undefined>(
    (best, leaf) => (!best || count(leaf) > count(best) ? leaf : best),
    undefined,
  );
}

function keyAt(message: Received, path: readonly string[]): string {
  let value: Json | undefined = message.view;
  for (const name of path) value = isObject(value) ? readMember(value, name) : undefined;
  return leafKey(value);
}

function nameOf(path: readonly string[]): string {
  return JSON.stringify(path);
}

function addTo<T>(map: Map<string, T[]>, key: string, entry: T): void {
  const list = map.get(key);
  if (list) list.push(entry);
  else map.set(key, [entry]);
}
