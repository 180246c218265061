import { parseArgs } from 'node:util';
import { UsageError } from './usage-error.ts';

/** Flags by name: whether they take a value. */
export type FlagKinds = Record<string, 'text' | 'boolean'>;

/** What was typed after the name of a command. */
export interface Flags {
  values: Partial<Record<string, string | boolean>>;
  positionals: string[];
}

/** @throws UsageError */
export function readFlags(args: string[], kinds: FlagKinds, positionals: readonly string[] = []): Flags {
  const options = Object.fromEntries(
    Object.entries(kinds).map(([name, kind]) => [
      name,
      { type: kind === 'text' ? ('string' as const) : ('boolean' as const) },
    ]),
  );
  let parsed: ReturnType<typeof parseArgs>;
  try {
    parsed = parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(`${(error as Error).message.split(/\.\s/)[0]}: see \`--help\`.`);
  }
  const [stray] = parsed.positionals.slice(positionals.length);
  if (stray !== undefined) throw new UsageError(`\`${stray}\` is one argument too many: see \`--help\`.`);
  const missing = positionals[parsed.positionals.length];
  if (missing !== undefined) throw new UsageError(`\`${missing}\` is missing: see \`--help\`.`);
  return { values: parsed.values as Flags['values'], positionals: parsed.positionals };
}

/** @throws UsageError where the flag was not given */
export function requireFlag({ values }: Flags, name: string, meaning: string): string {
  const value = values[name];
  if (typeof value === 'string') return value;
  throw new UsageError(`\`--${name}\` says ${meaning}: add it.`);
}

/** @throws UsageError */
export function readAddress(address: string, name: string): { host: string; port: number } {
  const [, host = '', digits = ''] = /^(.*):(\d{1,5})$/.exec(address) ?? [];
  const port = Number(digits);
  if (!host || port > 65_535)
    throw new UsageError(`\`${name} ${address}\` is not an address: write it as HOST:PORT.`);
  return { host: host.replace(/^\[(.*)\]$/, '$1'), port };
}
