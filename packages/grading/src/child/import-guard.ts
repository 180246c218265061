import { registerHooks } from 'node:module';
import { sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const harness = new URL('..', import.meta.url).href;
const open = [`${harness}index.ts`, `${harness}world/world.ts`];

/** Refuses imports that lead from the learner's files into the course's solutions or the insides of the harness. */
export function installImportGuard(files: string[], folders: string[]): void {
  const isSolved = files.some((file) => isSolution(file));
  const places = folders.map((folder) => `${pathToFileURL(folder).href}/`);
  registerHooks({
    resolve: (specifier, context, nextResolve) => {
      const resolved = nextResolve(specifier, context);
      if (!isSolved && resolved.url.startsWith('file:') && isSolution(fileURLToPath(resolved.url))) {
        throw new Error(`\`${specifier}\` leads into the course's solutions; write this part yourself`);
      }
      const isLearners = places.some((place) => context.parentURL?.startsWith(place));
      if (isLearners && resolved.url.startsWith(harness) && !open.includes(resolved.url)) {
        throw new Error(
          `\`${specifier}\` leads into the insides of the harness; only what it exports is for you`,
        );
      }
      return resolved;
    },
  });
}

function isSolution(path: string): boolean {
  return path.includes(`${sep}solutions${sep}`) && !path.includes(`${sep}node_modules${sep}`);
}
