import { useEffect, useRef, useState } from 'react';
import { hub } from '../hub.ts';
import { followRun, type Run, waitingRun } from '../run.ts';

/** A mistake that can be run; its process ends when the page is left. */
export function useMistakeRun(lesson: string, file: string) {
  const [run, setRun] = useState<Run>(waitingRun);
  const [problem, setProblem] = useState('');
  const leaving = useRef<AbortController>(undefined);
  useEffect(() => () => leaving.current?.abort(), []);

  const follow = async (signal: AbortSignal): Promise<void> => {
    for await (const { event } of hub.runMistake({ lesson, file }, { signal })) {
      if (event) setRun((before) => followRun(before, event));
    }
  };
  const start = (): void => {
    leaving.current?.abort();
    const own = new AbortController();
    leaving.current = own;
    setProblem('');
    setRun({ ...waitingRun, phase: 'running' });
    follow(own.signal).catch((error: { rawMessage?: string }) => {
      if (own.signal.aborted) return;
      setProblem(error.rawMessage ?? 'It could not be run.');
      setRun(waitingRun);
    });
  };
  return { run, problem, start };
}
