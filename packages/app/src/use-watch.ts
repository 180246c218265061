import { Code, ConnectError } from '@connectrpc/connect';
import type { Course, LearnerFile } from '@streamlings/proto/streamlings/hub/v1/hub';
import { useEffect, useReducer } from 'react';
import { hub } from './hub.ts';
import { followRun, type Run, waitingRun } from './run.ts';

/** Whether the page hears of what happens. */
export type Connection = 'connecting' | 'connected' | 'lost' | 'refused';

/** What a page shows, as the hub tells it. */
export interface Watched {
  course: Course | undefined;
  file: LearnerFile | undefined;
  run: Run;
  connection: Connection;
}

type News =
  | { kind: 'course'; course: Course }
  | { kind: 'file'; file: LearnerFile }
  | { kind: 'event'; event: Parameters<typeof followRun>[1] }
  | { kind: 'connection'; connection: Connection };

const RETRY_MS = 1000;
const nothing: Watched = { course: undefined, file: undefined, run: waitingRun, connection: 'connecting' };

/** Follows the map of the course and, if there is one, a step; connects anew for as long as the page is open. */
export function useWatch(place: { lesson: string; step: number } | undefined): Watched {
  const [watched, tell] = useReducer(take, nothing);
  const { lesson, step } = place ?? {};
  useEffect(() => {
    const leaving = new AbortController();
    void follow(lesson && step ? { lesson, step } : undefined, tell, leaving.signal);
    return () => leaving.abort();
  }, [lesson, step]);
  return watched;
}

function take(watched: Watched, news: News): Watched {
  switch (news.kind) {
    case 'course':
      return { ...watched, course: news.course, connection: 'connected' };
    case 'file':
      return { ...watched, file: news.file };
    case 'event':
      return { ...watched, run: followRun(watched.run, news.event) };
    case 'connection':
      return { ...watched, connection: news.connection };
  }
}

async function follow(
  step: { lesson: string; step: number } | undefined,
  tell: (news: News) => void,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      for await (const { body } of hub.watch(step ? { step } : {}, { signal })) {
        if (body.case === 'course') tell({ kind: 'course', course: body.value });
        else if (body.case === 'file') tell({ kind: 'file', file: body.value });
        else if (body.case === 'event') tell({ kind: 'event', event: body.value });
      }
    } catch (error) {
      if (signal.aborted) return;
      const isRefused = ConnectError.from(error).code === Code.PermissionDenied;
      tell({ kind: 'connection', connection: isRefused ? 'refused' : 'lost' });
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}
