import { status } from '@grpc/grpc-js';

/** What a line about an event tells. */
export interface EventLine {
  stream: string;
  method: string;
  kind: string;
  atMs: number;
  scheduledMs?: number | undefined;
  message?: unknown;
  line?: string | undefined;
  text?: string | undefined;
  code?: number | undefined;
}

const arrows: Record<string, string> = { received: '->', sent: '<-' };

/** Writes an event of a stream on one line; a message that was late says by how much. */
export function formatEvent(event: EventLine): string {
  const { stream, method, kind, atMs, scheduledMs, message, line, text, code } = event;
  const late = scheduledMs === undefined ? 0 : atMs - scheduledMs;
  const parts = [
    `${atMs.toFixed(1).padStart(9)} ms`,
    `#${stream}`,
    method,
    arrows[kind] ?? kind,
    code === undefined ? '' : (status[code] ?? String(code)),
    message === undefined ? '' : JSON.stringify(message),
    text ?? '',
    line ? `(${line}${late >= 1 ? `, ${late.toFixed(1)} ms late` : ''})` : '',
  ];
  return parts.filter((part) => part !== '').join(' ');
}
