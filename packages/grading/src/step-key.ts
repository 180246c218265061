/** The key of a step's file in `Exercise`: its base name without the ending, in camel case. */
export function keyOf({ file }: { file: string }): string {
  const base = file.slice(file.lastIndexOf('/') + 1).replace(/\.[a-z]+$/, '');
  return base.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}
