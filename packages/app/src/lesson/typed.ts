/** What was typed into a file and is not saved yet. */
export interface Typed {
  text: string;
  /** The version of the file into which it was typed. */
  base: string;
}

/** Keeps what was typed where a reload finds it. */
export function keepTyped(key: string, typed: Typed): void {
  localStorage.setItem(key, JSON.stringify(typed));
}

/** Reads what was kept. */
export function readTyped(key: string): Typed | undefined {
  const kept = localStorage.getItem(key);
  return kept === null ? undefined : JSON.parse(kept);
}

/** Forgets what is saved by now. */
export function forgetTyped(key: string): void {
  localStorage.removeItem(key);
}
