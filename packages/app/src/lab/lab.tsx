import type { Lab as LabInfo } from '@streamlings/proto/streamlings/hub/v1/hub';
import { type FormEvent, useEffect, useId, useRef, useState } from 'react';
import { KnobForm } from './knob-form.tsx';
import { chooseInitially, collectKnobs, findProblem, isShown } from './knobs.ts';
import { LabResult } from './lab-result.tsx';
import { LiveWire } from './live-wire.tsx';
import { useLabRun } from './use-lab-run.ts';
import './lab.css';

interface LabProps {
  lab: LabInfo;
  lesson: string;
  /** Whether the step that the lab calls is solved, so that there is something of the learner's to call. */
  isSolved: boolean;
}

/** More than anything that can be counted in a call. */
const maxGuess = 1_000_000;

/** Calls the learner's own server, or the solution's, with knobs; asks a question first and answers it by the call. */
export default function Lab({ lab, lesson, isSolved }: LabProps) {
  const [choices, setChoices] = useState(() => chooseInitially(lab));
  const [chosen, setChosen] = useState<'mine' | 'the solution'>();
  const server = chosen ?? (isSolved ? 'mine' : 'the solution');
  const [guess, setGuess] = useState('');
  const [hint, setHint] = useState('');
  const guessField = useRef<HTMLInputElement>(null);
  const outcome = useRef<HTMLDivElement>(null);
  const { run, call } = useLabRun();
  const isUnderWay = run.phase === 'running';
  useEffect(() => {
    if (isUnderWay) outcome.current?.scrollIntoView({ block: 'start' });
  }, [isUnderWay]);
  const id = useId();
  const question = lab.questions.find(({ reading }) => reading === choices.reading)?.text ?? '';
  useEffect(() => {
    if (question) setGuess('');
  }, [question]);
  const hasProblem = lab.knobs.some(
    (knob) => isShown(knob, choices) && findProblem(choices.numbers[knob.name] ?? '', knob) !== '',
  );

  const start = (event: FormEvent): void => {
    event.preventDefault();
    const isGuess = findProblem(guess, { min: 0, max: maxGuess }) === '';
    setHint(isGuess ? (hasProblem ? 'A knob is out of its bounds.' : '') : 'Guess first: a whole number.');
    if (!isGuess) guessField.current?.focus();
    if (!isGuess || hasProblem) return;
    const callsSolution = server === 'the solution';
    const request = { lesson, callsSolution, knobs: collectKnobs(lab, choices) };
    void call(request, { question, guess: Number(guess) });
  };

  return (
    <section className="lab" aria-label="Lab">
      <form onSubmit={start} noValidate>
        <div className="tools">
          <span>
            One call of <code>{lab.rpc}</code>, answered by <code>{lab.file}</code>:
          </span>
          <select
            aria-label="Whose server answers"
            value={server}
            onChange={({ target }) => setChosen(target.value as typeof server)}
          >
            <option>mine</option>
            <option>the solution</option>
          </select>
        </div>
        <KnobForm lab={lab} choices={choices} onChange={setChoices} />
        <div className="lab-ask">
          <label htmlFor={id}>{question}</label>
          <input
            id={id}
            ref={guessField}
            type="number"
            inputMode="numeric"
            min={0}
            max={maxGuess}
            step={1}
            placeholder="your guess"
            value={guess}
            onChange={({ target }) => setGuess(target.value)}
            aria-describedby={`${id}-hint`}
          />
          <button type="submit" className="button">
            {isUnderWay ? 'Call again' : 'Call'}
          </button>
          <span id={`${id}-hint`} className="lab-problem" role="alert">
            {hint}
          </span>
        </div>
      </form>
      <div ref={outcome} className="lab-outcome">
        <LabResult run={run} produces={lab.produces} />
        {run.timeline && (
          <LiveWire timeline={run.timeline} name={`${lesson}: ${lab.rpc}`} isLive={isUnderWay} />
        )}
      </div>
    </section>
  );
}
