/** Whether to write in colours: on a terminal, or where `FORCE_COLOR` asks for it, and never against `NO_COLOR`. */
export function hasColor(output: { isTTY?: boolean }, env: NodeJS.ProcessEnv = process.env): boolean {
  const { NO_COLOR, FORCE_COLOR } = env;
  if (NO_COLOR || FORCE_COLOR === '0') return false;
  return FORCE_COLOR !== undefined || Boolean(output.isTTY);
}
