import { basename } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Loads the modules of an `Exercise`, one function per file of the lesson's `src`. */
export type Load<E> = { readonly [File in keyof E]: () => Promise<E[File]> };

/** The learner's file could not be used at all; the message says why. */
export class ExerciseError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'ExerciseError';
    if (cause instanceof Error && cause.stack) this.stack = cause.stack;
  }
}

/** Makes loaders for files given by their absolute paths; each failure to load is an `ExerciseError`. */
export function createLoad(files: Record<string, string>): Load<Record<string, object>> {
  return Object.fromEntries(Object.entries(files).map(([key, path]) => [key, () => loadModule(path)]));
}

async function loadModule(path: string): Promise<object> {
  const file = basename(path);
  let module: Record<string, unknown>;
  try {
    module = await import(pathToFileURL(path).href);
  } catch (error) {
    throw new ExerciseError(explainLoadError(file, error), error);
  }
  return new Proxy(module, {
    get: (exports, name) => {
      if (typeof name === 'string' && !(name in exports) && name !== 'then') {
        const present = Object.keys(exports).map((key) => `\`${key}\``);
        throw new ExerciseError(
          `\`${file}\` exports no \`${name}\`; it exports ${present.length > 0 ? present.join(', ') : 'nothing'}`,
        );
      }
      return Reflect.get(exports, name);
    },
  });
}

function explainLoadError(file: string, error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX') {
    return `\`${file}\` uses TypeScript that cannot be run by removing types (${firstLine(message)}); use plain objects, functions and classes instead`;
  }
  if (code === 'ERR_INVALID_TYPESCRIPT_SYNTAX' || error instanceof SyntaxError) {
    return `\`${file}\` has a syntax error: ${firstLine(message)}`;
  }
  return `\`${file}\` could not be loaded: ${firstLine(message ?? String(error))}`;
}

function firstLine(text: string): string {
  return (
    text
      .trim()
      .split('\n')
      .find((line) => line.trim() !== '')
      ?.trim() ?? text
  );
}
