import type { ListHintsResponse } from '@streamlings/proto/streamlings/hub/v1/hub';
import type { CheckFinished } from '@streamlings/proto/streamlings/result/v1/result';
import { lazy, Suspense, useEffect, useState } from 'react';
import { hub } from '../hub.ts';

const Text = lazy(() => import('./chapter.tsx').then(({ Text }) => ({ default: Text })));

interface HintsProps {
  place: { lesson: string; step: number };
  failure: CheckFinished;
}

/** The hints about a failure, opened one at a time; a reload leaves them open. */
export function Hints({ place, failure }: HintsProps) {
  const { lesson, step } = place;
  const { name, misconception } = failure;
  const key = `hints:${lesson}/${step}/${name}/${misconception}`;
  const [count, setCount] = useState(() => Number(localStorage.getItem(key)));
  const [answer, setAnswer] = useState<ListHintsResponse>();
  useEffect(() => {
    const leaving = new AbortController();
    const request = { step: { lesson, step }, check: name, count };
    hub.listHints(request, { signal: leaving.signal }).then(setAnswer, () => {});
    return () => leaving.abort();
  }, [lesson, step, name, count]);

  const openNext = (): void => {
    localStorage.setItem(key, String(count + 1));
    setCount(count + 1);
  };
  const { hints = [], total = 0 } = answer ?? {};
  return (
    <div className="hints">
      <ol aria-live="polite">
        {hints.map(({ title, text }) => (
          <li key={title}>
            <strong>{title}</strong>
            <Suspense fallback={<p>{text}</p>}>
              <Text text={text} />
            </Suspense>
          </li>
        ))}
      </ol>
      {count < total && (
        <button type="button" onClick={openNext}>
          {count === 0 ? 'Hint' : 'Next hint'} ({total - count} left)
        </button>
      )}
    </div>
  );
}
