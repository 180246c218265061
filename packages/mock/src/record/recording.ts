import { createRegistry, type Registry } from '@bufbuild/protobuf';
import { file_google_rpc_error_details } from '@streamlings/grpc/google/rpc/error_details';
import { createTap, type Tap, type TapOptions } from '@streamlings/wire';
import { listMethods, pathOf } from '../server/catalog.ts';
import type { ScenarioFile } from '../server/load-scenarios.ts';
import { CallCollector, type RecordedCall } from './recorded-call.ts';
import { writeScenario } from './write-scenario.ts';

/** How a recording stands between clients and a server. */
export interface RecordingOptions extends Pick<TapOptions, 'target' | 'listen' | 'tls'> {
  /** Knows the services of the server. */
  registry: Registry;
  /** Is given a scenario after each call. */
  onScenario(scenario: ScenarioFile): void;
  /** Is told of calls that cannot be played again, and why. */
  onProblem?(path: string, problem: string): void;
}

const maxMessageBytes = 64 * 1024 * 1024;

/**
 * Starts a proxy in front of a server that writes a scenario of each call, with the times between its messages.
 * Close it to end it.
 *
 * @throws Error of the system where it cannot listen
 */
export function startRecording(options: RecordingOptions): Promise<Tap> {
  const registry = createRegistry(file_google_rpc_error_details, options.registry);
  const methods = new Map(listMethods(registry).map((method) => [pathOf(method), method]));
  const counts = new Map<string, number>();
  const collector = new CallCollector((call) => write(call));

  const write = (call: RecordedCall) => {
    const { path, reset, status } = call.stream;
    const method = methods.get(path);
    const problem = method
      ? (call.problem ?? (reset?.from === 'client' && !status ? 'the client cancelled it' : undefined))
      : 'its method is not known';
    if (!method || problem !== undefined) {
      options.onProblem?.(path, problem ?? '');
      return;
    }
    const count = (counts.get(path) ?? 0) + 1;
    counts.set(path, count);
    const number = String(count).padStart(4, '0');
    const file = `${method.parent.typeName}.${method.name}.${number}.jsonl`;
    options.onScenario({ file, text: writeScenario(call, method, registry, `recorded ${number}`) });
  };
  return createTap({
    target: options.target,
    ...(options.listen && { listen: options.listen }),
    ...(options.tls && { tls: options.tls }),
    registry,
    maxMessageBytes,
    maxBytes: 2 * maxMessageBytes,
    onEvent: (event) => collector.take(event),
  });
}
