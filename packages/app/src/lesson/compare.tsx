import type { CompareStepResponse } from '@streamlings/proto/streamlings/hub/v1/hub';
import { useEffect, useState } from 'react';
import { hub } from '../hub.ts';
import Difference from './difference.tsx';

/** The learner's file beside the starter or the solution; the solution only once that spoils nothing, or on request. */
export default function Compare({ place, mine }: { place: { lesson: string; step: number }; mine: string }) {
  const [texts, setTexts] = useState<CompareStepResponse>();
  const [showMe, setShowMe] = useState(false);
  const [other, setOther] = useState<'starter' | 'solution'>('starter');
  const [isUnified, setUnified] = useState(() => matchMedia('(max-width: 60rem)').matches);
  const { lesson, step } = place;
  useEffect(() => {
    void hub.compareStep({ step: { lesson, step }, showMe }).then(setTexts, () => {});
  }, [lesson, step, showMe, mine]);
  if (!texts) return <p className="soft">Loading …</p>;
  const text = other === 'starter' ? texts.starter : texts.solution;
  return (
    <section aria-label="Compare">
      <div className="tools">
        <label>
          Mine beside{' '}
          <select value={other} onChange={({ target }) => setOther(target.value as typeof other)}>
            <option value="starter">the starter</option>
            <option value="solution">the solution</option>
          </select>
        </label>
        <label>
          <input type="checkbox" checked={isUnified} onChange={({ target }) => setUnified(target.checked)} />{' '}
          one column
        </label>
      </div>
      {text === undefined ? (
        <p>
          The solution opens when the step is solved. You can see it before; the map will say so.{' '}
          <button type="button" onClick={() => setShowMe(true)}>
            Show me now
          </button>
        </p>
      ) : text === mine ? (
        <p className="soft">They are the same.</p>
      ) : (
        <Difference
          key={`${other} ${isUnified}`}
          name={`the ${other}`}
          from={text}
          to={mine}
          isUnified={isUnified}
        />
      )}
    </section>
  );
}
