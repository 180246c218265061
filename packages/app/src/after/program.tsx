import type { Mistake } from '@streamlings/proto/streamlings/hub/v1/hub';
import { lazy, Suspense, useEffect, useState } from 'react';
import { hub } from '../hub.ts';
import { Listing } from '../listing.tsx';

const Difference = lazy(() => import('../lesson/difference.tsx'));

/** The program of a mistake, as it differs from the solution. */
export function Program({ lesson, mistake }: { lesson: string; mistake: Mistake }) {
  const { step, text } = mistake;
  const [solution, setSolution] = useState<string>();
  useEffect(() => {
    hub.compareStep({ step: { lesson, step } }).then(
      (answer) => setSolution(answer.solution),
      () => {},
    );
  }, [lesson, step]);
  if (solution === undefined) return <Listing label="The program">{text}</Listing>;
  return (
    <Suspense fallback={<Listing label="The program">{text}</Listing>}>
      <Difference name="the solution" toName="the mistake" from={solution} to={text} isUnified isCollapsed />
    </Suspense>
  );
}
