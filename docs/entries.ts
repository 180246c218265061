import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A question of `faq.md` and the program that shows its answer. */
export interface Entry {
  question: string;
  /** The program's name: `docs/faq/<name>.ts`. */
  name: string;
  /** What the program prints. */
  output: string;
}

/** Reads the entries of `faq.md`, in its order. A question without a `pnpm faq` block is none. */
export function readEntries(): Entry[] {
  const text = readFileSync(join(import.meta.dirname, 'faq.md'), 'utf8');
  const sections = text.split(/^### /m).slice(1);
  return sections.flatMap((section) => {
    const [, name = '', output = ''] = /^```console\n\$ pnpm faq (\S+)\n(.*?)^```$/ms.exec(section) ?? [];
    return name ? [{ question: section.slice(0, section.indexOf('\n')), name, output }] : [];
  });
}
