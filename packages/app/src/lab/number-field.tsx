import { useId } from 'react';
import { findProblem, format } from './knobs.ts';

interface NumberFieldProps {
  label: string;
  min: number;
  max: number;
  /** What 0 means, where that needs saying. */
  zero: string;
  text: string;
  onChange: (text: string) => void;
}

/** A number with its bounds, and a sentence where it is not within them. */
export function NumberField({ label, min, max, zero, text, onChange }: NumberFieldProps) {
  const id = useId();
  const problem = findProblem(text, { min, max });
  return (
    <div className="lab-field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type="number"
        inputMode="numeric"
        min={min}
        max={max}
        step={1}
        value={text}
        aria-invalid={problem !== ''}
        aria-describedby={`${id}-bounds`}
        onChange={({ target }) => onChange(target.value)}
      />
      <small id={`${id}-bounds`} className={problem ? 'lab-problem' : undefined}>
        {problem || `${format(min)}${zero && ` (${zero})`} to ${format(max)}`}
      </small>
    </div>
  );
}
