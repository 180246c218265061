import type { Timeline } from '@streamlings/wire';

/** The harness's own RPC; nobody but the harness is to see its calls. */
export const PING_PATH = '/streamlings.harness.Harness/Ping';

/** Leaves out the harness's pings, and every connection that carried nothing else. */
export function withoutPings(timeline: Timeline): Timeline {
  const pings = new Set<string>();
  const carriers = new Set<number>();
  for (const { path, connection, id } of timeline.streams) {
    if (path !== PING_PATH) continue;
    pings.add(`${connection}/${id}`);
    carriers.add(connection);
  }
  for (const { path, connection } of timeline.streams) if (path !== PING_PATH) carriers.delete(connection);
  const isShown = ({ connection, stream = 0 }: { connection: number; stream?: number }): boolean =>
    !carriers.has(connection) && !pings.has(`${connection}/${stream}`);
  return {
    ...timeline,
    connections: timeline.connections.filter(({ id }) => !carriers.has(id)),
    streams: timeline.streams.filter(({ connection, id }) => isShown({ connection, stream: id })),
    frames: timeline.frames.filter(isShown),
    messages: timeline.messages.filter(isShown),
    stalls: timeline.stalls.filter(isShown),
    problems: timeline.problems.filter(isShown),
  };
}
