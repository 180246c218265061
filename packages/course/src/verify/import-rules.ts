import { posix } from 'node:path';

const specifierPattern = /(?:\bfrom\s*|\bimport\s*\(?\s*)(['"])([^'"\n]+)\1/g;

/**
 * Judges that the files of a lesson or a solution import nothing of another lesson or solution.
 *
 * @param files their texts by their path in the folder.
 * @param place the folder, from the root, for example `lessons/01-unary`.
 */
export function checkImports(files: Record<string, string>, place: string): string[] {
  return Object.entries(files)
    .filter(([path]) => /\.[cm]?[jt]s$/.test(path))
    .flatMap(([path, text]) => {
      const lines = text.split('\n');
      return lines.flatMap((line, index) =>
        [...line.matchAll(specifierPattern)]
          .map(([, , specifier = '']) => specifier)
          .filter((specifier) => leadsToLesson(place, path, specifier))
          .map(
            (specifier) =>
              `\`${place}/${path}\`, line ${index + 1} imports \`${specifier}\`: a lesson imports no other lesson and no solution; move what they share to a package.`,
          ),
      );
    });
}

function leadsToLesson(place: string, path: string, specifier: string): boolean {
  const target = specifier.startsWith('.') ? posix.join(place, posix.dirname(path), specifier) : specifier;
  if (specifier.startsWith('.') ? target.startsWith(`${place}/`) : !/^(lesson|workshop)-\d\d/.test(target))
    return false;
  return !(isGlue(place, path) && leadsToOwnLesson(place, target));
}

/** The three-line files of a solution reach for the checks and the demo of its lesson; nothing else may. */
function isGlue(place: string, path: string): boolean {
  return place.startsWith('solutions/') && !path.includes('/');
}

function leadsToOwnLesson(place: string, target: string): boolean {
  const [, kind, number, slug] = /^solutions\/(lesson|workshop)-(\d\d)-(.*)$/.exec(place) ?? [];
  return target.startsWith(`${kind}-${number}/`) || target.startsWith(`${kind}s/${number}-${slug}/`);
}
