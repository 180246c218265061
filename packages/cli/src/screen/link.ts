import { pathToFileURL } from 'node:url';

/** Makes a text clickable in terminals that know OSC 8; others show the text alone. */
export function linkTo(path: string, text: string, env: NodeJS.ProcessEnv): string {
  const { href, pathname } = pathToFileURL(path);
  const target = env.TERM_PROGRAM === 'vscode' ? `vscode://file${pathname}` : href;
  return `\x1b]8;;${target}\x1b\\${text}\x1b]8;;\x1b\\`;
}
