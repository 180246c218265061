import { globSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createRegistry, type DescMethod, type Registry } from '@bufbuild/protobuf';
import { file_google_rpc_error_details } from '@streamlings/grpc/google/rpc/error_details';
import { loadRegistry } from '@streamlings/wire';
import { compileScenario } from '../compile/compile-scenario.ts';
import type { Scenario } from '../compile/scenario.ts';
import type { ScenarioSource } from '../dialect/entry.ts';
import { parseScenario } from '../dialect/parse-scenario.ts';
import { ProblemCollector, ScenarioError } from '../dialect/scenario-error.ts';
import { SourceLine } from '../dialect/source-line.ts';
import { listMethods } from './catalog.ts';

/** A scenario as text, with the name that its problems are told under. */
export interface ScenarioFile {
  file: string;
  text: string;
}

/** Is thrown for `.proto` files and descriptor sets that cannot be used. */
export class ProtoError extends Error {
  override readonly name = 'ProtoError';
}

/** A scenario with what it was read from. */
export interface LoadedScenario {
  source: ScenarioSource;
  scenario: Scenario;
}

/**
 * Reads all `.jsonl` files below a folder, by name.
 *
 * @throws Error of the system where the folder cannot be read
 */
export function readScenarioFiles(folder: string): ScenarioFile[] {
  if (!statSync(folder).isDirectory()) throw new Error(`${folder} is no folder`);
  return globSync('**/*.jsonl', { cwd: folder, exclude: (name) => name === 'node_modules' })
    .sort()
    .map((file) => ({ file, text: readFileSync(join(folder, file), 'utf8') }));
}

/** @throws ProtoError */
export async function readProtos(path: string): Promise<Registry> {
  try {
    return await loadRegistry(path);
  } catch (error) {
    throw new ProtoError(`\`${path}\` cannot be used: ${(error as Error).message}`, { cause: error });
  }
}

/**
 * Parses and compiles scenarios.
 *
 * @throws ScenarioError with the problems of all files
 */
export function loadScenarios(files: readonly ScenarioFile[], registry: Registry): LoadedScenario[] {
  const collector = new ProblemCollector();
  const loaded = readScenarios(files, registry, collector);
  collector.throwIfAny();
  return loaded;
}

/** Parses and compiles what can be, and collects what is wrong with the rest, by file and line. */
export function readScenarios(
  files: readonly ScenarioFile[],
  registry: Registry,
  collector: ProblemCollector,
): LoadedScenario[] {
  const methods = listMethods(registry);
  // The usual details of errors are known without being among the protos.
  const types = createRegistry(file_google_rpc_error_details, registry);
  return files.flatMap(({ file, text }) => {
    const own = new ProblemCollector();
    const source = parseScenario(file, text, own);
    const method = source.isHeaderUnreadable ? undefined : own.attempt(() => findMethod(source, methods));
    const scenario = method && compileScenario(source, method, types, own);
    collector.add(own.problems);
    return scenario ? { source, scenario } : [];
  });
}

function findMethod({ file, header }: ScenarioSource, methods: readonly DescMethod[]): DescMethod {
  if (header.method !== undefined && header.line) {
    const wanted = header.method.replace(/^\//, '');
    const found = methods.find((method) => nameOf(method) === wanted);
    return (
      found ??
      header.line.fail(
        ['scenario', 'method'],
        `There is no method \`${wanted}\`: choose one of ${listNames(methods)}.`,
      )
    );
  }
  const path = file.replace(/\.jsonl$/, '').replaceAll(/[\\/]/g, '.');
  const names = [path, basename(file, '.jsonl')];
  const fitting = methods.filter((method) => {
    const dotted = nameOf(method).replace('/', '.');
    return names.some((name) => name === dotted || name.startsWith(`${dotted}.`));
  });
  const [best] = fitting.sort((a, b) => nameOf(b).length - nameOf(a).length);
  if (best) return best;
  const message = `This file belongs to no method: name it \`package.Service.Method.jsonl\`, or begin it with \`{"scenario":{"method":"package.Service/Method"}}\`. Known are ${listNames(methods)}.`;
  throw new ScenarioError(
    [new SourceLine(file, 1, '{}').problem([], message)].map((problem) => ({ ...problem, excerpt: '' })),
  );
}

/** `package.Service/Method`. */
export function nameOf({ parent, name }: DescMethod): string {
  return `${parent.typeName}/${name}`;
}

function listNames(methods: readonly DescMethod[]): string {
  const names = methods.slice(0, 10).map((method) => `\`${nameOf(method)}\``);
  return `${names.join(', ') || 'none'}${methods.length > 10 ? ', …' : ''}`;
}
