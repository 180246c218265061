import type { Lab, LabKnob } from '@streamlings/proto/streamlings/hub/v1/hub';
import { type ReactNode, useId } from 'react';
import { type Choices, faults, isShown, readings } from './knobs.ts';
import { NumberField } from './number-field.tsx';

interface KnobFormProps {
  lab: Lab;
  choices: Choices;
  onChange: (choices: Choices) => void;
}

/** The knobs of a lab, in the order in which a call meets them. */
export function KnobForm({ lab, choices, onChange }: KnobFormProps) {
  const set = (more: Partial<Choices>) => onChange({ ...choices, ...more });
  const fields = (...names: string[]) =>
    lab.knobs
      .filter((knob) => names.includes(knob.name) && isShown(knob, choices))
      .map((knob: LabKnob) => (
        <NumberField
          key={knob.name}
          label={knob.label}
          min={knob.min}
          max={knob.max}
          zero={knob.zero}
          text={choices.numbers[knob.name] ?? ''}
          onChange={(text) => set({ numbers: { ...choices.numbers, [knob.name]: text } })}
        />
      ));
  return (
    <div className="lab-knobs">
      <Group legend="The stream">{fields('messages', 'bytes', 'windowBytes')}</Group>
      <Group legend={`How ${lab.reader} reads`}>
        <Choice
          label="reads"
          options={readings}
          value={choices.reading}
          onChange={(reading) => set({ reading })}
        />
        {fields('paceMs', 'reads')}
      </Group>
      <Group legend="How it ends">{fields('cancelAfter', 'deadlineMs')}</Group>
      <Group legend="What goes wrong on the way">
        <Choice label="fault" options={faults} value={choices.fault} onChange={(fault) => set({ fault })} />
        {fields('faultAfter', 'delayMs')}
      </Group>
    </div>
  );
}

function Group({ legend, children }: { legend: string; children: ReactNode }) {
  return (
    <fieldset>
      <legend>{legend}</legend>
      <div className="lab-fields">{children}</div>
    </fieldset>
  );
}

interface ChoiceProps<Value extends number> {
  label: string;
  options: Array<[Value, string]>;
  value: Value;
  onChange: (value: Value) => void;
}

function Choice<Value extends number>({ label, options, value, onChange }: ChoiceProps<Value>) {
  const id = useId();
  return (
    <div className="lab-field">
      <label htmlFor={id}>{label}</label>
      <select id={id} value={value} onChange={({ target }) => onChange(Number(target.value) as Value)}>
        {options.map(([each, words]) => (
          <option key={each} value={each}>
            {words}
          </option>
        ))}
      </select>
    </div>
  );
}
