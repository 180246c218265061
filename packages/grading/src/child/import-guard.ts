import { registerHooks } from 'node:module';
import { sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Refuses imports that lead from the learner's files into the course's solutions. */
export function installImportGuard(files: string[]): void {
  if (files.some((file) => isSolution(file))) return;
  registerHooks({
    resolve: (specifier, context, nextResolve) => {
      const resolved = nextResolve(specifier, context);
      if (resolved.url.startsWith('file:') && isSolution(fileURLToPath(resolved.url))) {
        throw new Error(`\`${specifier}\` leads into the course's solutions; write this part yourself`);
      }
      return resolved;
    },
  });
}

function isSolution(path: string): boolean {
  return path.includes(`${sep}solutions${sep}`) && !path.includes(`${sep}node_modules${sep}`);
}
