import { type Lab, LabFault, type LabKnob, LabReading } from '@streamlings/proto/streamlings/hub/v1/hub';

/** What is chosen in the form; numbers as they were typed. */
export interface Choices {
  numbers: Record<string, string>;
  reading: LabReading;
  fault: LabFault;
}

/** The ways to read, in the words of the form. */
export const readings: Array<[LabReading, string]> = [
  [LabReading.AT_ONCE, 'at once'],
  [LabReading.PACED, 'one by one'],
  [LabReading.STOPS, 'stands still'],
];

/** The faults, in the words of the form. */
export const faults: Array<[LabFault, string]> = [
  [LabFault.UNSPECIFIED, 'none'],
  [LabFault.RESET, 'reset'],
  [LabFault.GOAWAY, 'GOAWAY'],
  [LabFault.DROP, 'drop'],
  [LabFault.HOLD_WINDOW_UPDATES, 'hold back WINDOW_UPDATE'],
  [LabFault.DELAY, 'delay'],
  [LabFault.CUT_TRAILERS, 'cut trailers'],
];

/** Chooses what a lab begins with. */
export function chooseInitially({ knobs }: Lab): Choices {
  const numbers = Object.fromEntries(knobs.map(({ name, initial }) => [name, String(initial)]));
  return { numbers, reading: LabReading.STOPS, fault: LabFault.UNSPECIFIED };
}

/** Whether a knob means anything beside what else is chosen. */
export function isShown({ name }: LabKnob, { reading, fault }: Choices): boolean {
  if (name === 'paceMs') return reading === LabReading.PACED;
  if (name === 'reads') return reading === LabReading.STOPS;
  if (name === 'delayMs') return fault === LabFault.DELAY;
  if (name === 'faultAfter')
    return [LabFault.RESET, LabFault.GOAWAY, LabFault.DROP].some((it) => it === fault);
  return true;
}

/** Says what is wrong with a number that was typed. */
export function findProblem(text: string, { min, max }: { min: number; max: number }): string {
  const value = Number(text);
  const isFine = /^\d+$/.test(text.trim()) && value >= min && value <= max;
  return isFine ? '' : `Give a whole number from ${format(min)} to ${format(max)}.`;
}

/** Collects what is sent to the hub: the knobs that mean something. */
export function collectKnobs({ knobs }: Lab, choices: Choices) {
  const shown = knobs.filter((knob) => isShown(knob, choices));
  const numbers = Object.fromEntries(shown.map(({ name }) => [name, Number(choices.numbers[name])]));
  return { ...numbers, reading: choices.reading, fault: choices.fault };
}

/** Writes a number with its thousands apart. */
export function format(value: number): string {
  return value.toLocaleString('en-US');
}
