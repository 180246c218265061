import type { Timeline } from '@streamlings/wire/draw';

/** Puts a piece of a timeline behind what is known already: its frames and messages are new, its other lists whole. */
export function addPiece(known: Timeline | undefined, piece: Timeline): Timeline {
  const frames = [...(known?.frames ?? []), ...piece.frames].sort((a, b) => a.order - b.order);
  const messages = new Map(
    [...(known?.messages ?? []), ...piece.messages].map((message) => {
      const { connection, stream, from, index } = message;
      return [`${connection} ${stream} ${from} ${index}`, message];
    }),
  );
  return { ...piece, frames, messages: [...messages.values()] };
}
