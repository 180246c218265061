import { lazy, Suspense, useState } from 'react';
import { Listing } from '../listing.tsx';
import type { Draft } from './use-draft.ts';

const Difference = lazy(() => import('./difference.tsx'));

const views = { difference: 'What differs', theirs: 'The other one', mine: 'What I typed' } as const;
type View = keyof typeof views;

/** The two sides of a file that was changed here and elsewhere, and the choice between them. */
export function Conflict({ draft, theirs }: { draft: Draft; theirs: string }) {
  const [view, setView] = useState<View>('difference');
  const mine = draft.text ?? '';
  return (
    <section className="conflict" aria-label="Two versions of the file">
      <p role="alert">
        The file was changed elsewhere, and you have typed here. Take one; the other is kept in{' '}
        <code>.streamlings/backups</code>.
      </p>
      <div className="tools">
        <button type="button" onClick={() => draft.take('mine')}>
          Keep what I typed
        </button>
        <button type="button" onClick={() => draft.take('theirs')}>
          Take the other one
        </button>
        <label>
          Show{' '}
          <select value={view} onChange={({ target }) => setView(target.value as View)}>
            {Object.entries(views).map(([value, name]) => (
              <option key={value} value={value}>
                {name}
              </option>
            ))}
          </select>
        </label>
      </div>
      {view === 'difference' ? (
        <Suspense fallback={<p className="soft">Loading …</p>}>
          <Difference name="the other one" from={theirs} to={mine} isUnified isCollapsed />
        </Suspense>
      ) : (
        <Listing label={views[view]}>{view === 'mine' ? mine : theirs}</Listing>
      )}
    </section>
  );
}
