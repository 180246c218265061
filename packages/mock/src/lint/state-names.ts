import { findSimilar } from '../compile/similar-name.ts';
import { entryKeys } from '../dialect/parse-entry.ts';
import type { LoadedScenario } from '../server/load-scenarios.ts';
import { listExpressions, readNames } from './expressions-of.ts';
import type { Warn } from './lint.ts';

/** Warns of variables that are assigned and never read, and of those that are read and never assigned. */
export function lintStateNames({ source }: LoadedScenario, warn: Warn): void {
  const assigned = new Set<string>();
  const read = new Set<string>();
  let readsWhole = false;
  for (const entry of source.entries) {
    for (const name of Object.keys(entry.assignments)) assigned.add(name);
    const label =
      entry.label?.length === 1 && typeof entry.label[0] === 'string' ? entry.label[0] : undefined;
    if (label) assigned.add(label);
    // A label that is computed may be any name.
    else if (entry.label) readsWhole = true;
    for (const { expression } of listExpressions(entry)) {
      const [ws, state, name] = readNames(expression) ?? [];
      if (ws !== 'ws' || state !== 'state') continue;
      if (name === undefined) readsWhole = true;
      else read.add(name);
    }
  }
  // What an unreadable line does with a name is not known: neither too little nor too much.
  const isOpen = (name: string) => readsWhole || source.unreadable.some(({ text }) => text.includes(name));
  for (const entry of source.entries) {
    for (const name of Object.keys(entry.assignments)) {
      if (read.has(name) || isOpen(name)) continue;
      const similar = findSimilar(name, entryKeys) ?? findSimilar(name, read);
      const fix = similar
        ? `did you mean \`${similar}\`?`
        : `read \`request.ws.state.${name}\`, or remove it.`;
      warn(
        entry.line,
        [name],
        'assigned-never-read',
        `\`${name}\` is assigned to the state, and nothing reads it: ${fix}`,
      );
    }
    for (const { key, expression } of listExpressions(entry)) {
      const [ws, state, name] = readNames(expression) ?? [];
      if (ws !== 'ws' || state !== 'state' || name === undefined || assigned.has(name) || isOpen(name))
        continue;
      const similar = findSimilar(name, assigned);
      const fix = similar
        ? `did you mean \`${similar}\`?`
        : `assign it with \`"${name}":…\` or \`"state":"${name}"\`.`;
      warn(
        entry.line,
        [key],
        'read-never-assigned',
        `\`request.ws.state.${name}\` is read, and nothing assigns it: ${fix}`,
      );
    }
  }
}
