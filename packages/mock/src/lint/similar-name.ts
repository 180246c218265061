/** Finds the name that a misspelt one was probably meant to be: at most two letters off. */
export function findSimilar(name: string, candidates: Iterable<string>): string | undefined {
  let best: { candidate: string; distance: number } | undefined;
  for (const candidate of candidates) {
    const distance = measureDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance <= Math.min(2, candidate.length / 3) && (!best || distance < best.distance))
      best = { candidate, distance };
  }
  return best?.candidate;
}

/** How many letters have to be put in, taken out or replaced. */
function measureDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...from].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...to].entries()) {
      const replaced = (row[j] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
