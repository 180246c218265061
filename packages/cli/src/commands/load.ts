import { join } from 'node:path';
import { create, type DescMessage, type DescMethod, fromJsonString, type Message } from '@bufbuild/protobuf';
import { CourseError, courseRoot } from '@streamlings/course';
import { exemptLoopback } from '@streamlings/grading/loopback';
import { loadRegistry } from '@streamlings/wire';
import { formatLoad } from '../load/format-load.ts';
import { type LoadOptions, runLoad } from '../load/load.ts';

interface CommandOptions {
  to: string;
  proto?: string;
  data?: string;
  messages: number;
  streams: number;
  connections: number;
  for: number;
  timeout?: number;
}

/** Keeps calls running against a server for a while and prints what came of it; it fails where a call failed. */
export async function loadServer(name: string, options: CommandOptions): Promise<void> {
  Object.assign(process.env, exemptLoopback(process.env));
  const method = await findMethod(name, options.proto ?? join(courseRoot, 'proto'));
  const interrupt = new AbortController();
  process.once('SIGINT', () => interrupt.abort());
  const load: LoadOptions = {
    method,
    address: options.to,
    message: parseMessage(method.input, options.data),
    messages: options.messages,
    streams: options.streams,
    connections: options.connections,
    durationMs: options.for,
    ...(options.timeout === undefined ? {} : { timeoutMs: options.timeout }),
    signal: interrupt.signal,
  };
  const report = await runLoad(load);
  console.log(formatLoad(report));
  const isFine = [...report.statuses.keys()].every((status) => status === 'OK');
  if (!isFine || (report.statuses.size === 0 && report.received === 0)) process.exitCode = 1;
}

async function findMethod(name: string, proto: string): Promise<DescMethod> {
  const [service = '', method = ''] = name.replace(/^\//, '').split('/');
  const registry = await loadRegistry(proto).catch((error: Error) => {
    throw new CourseError(`\`${proto}\` cannot be read: ${error.message}`);
  });
  const methods = [...registry].flatMap((type) => (type.kind === 'service' ? type.methods : []));
  const found = methods.find((each) => each.parent.typeName === service && each.name === method);
  if (found) return found;
  const known = methods.map((each) => `\`${each.parent.typeName}/${each.name}\``).join(', ');
  throw new CourseError(`There is no method \`${name}\` in \`${proto}\`: choose one of ${known || 'none'}.`);
}

function parseMessage(type: DescMessage, json: string | undefined): Message {
  if (json === undefined) return create(type);
  try {
    return fromJsonString(type, json);
  } catch (error) {
    throw new CourseError(`\`--data\` is no \`${type.typeName}\`: ${(error as Error).message}.`);
  }
}
