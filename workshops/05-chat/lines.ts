import { type ChatMessage, MessageType } from '@streamlings/proto/streamlings/chat/v1/chat';

/** Writes a message as a line for a terminal. */
export function lineOf({ type, user, content, members }: ChatMessage): string {
  if (type === MessageType.TEXT) return `${user}: ${content}`;
  if (type === MessageType.SYSTEM) return `* ${content}`;
  return `* ${content}; here now: ${members.join(', ') || 'nobody'}`;
}
