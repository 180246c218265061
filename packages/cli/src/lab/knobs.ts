import { LabFault, type LabKnobs, LabReading } from '@streamlings/proto/streamlings/hub/v1/hub';

/** The knobs that are numbers. */
export type KnobName = Exclude<keyof LabKnobs, 'reading' | 'fault' | '$typeName' | '$unknown'>;

/** What a number may be. */
export interface Knob {
  name: KnobName;
  label: string;
  min: number;
  max: number;
  /** What 0 means, where that needs saying. */
  zero?: string;
}

/** All that a call brings to the wire. */
export const maxTotalBytes: number = 16 * 1024 * 1024;

const knobs: Knob[] = [
  { name: 'messages', label: 'messages', min: 1, max: 1000 },
  { name: 'bytes', label: 'bytes in each', min: 64, max: 65_536 },
  { name: 'paceMs', label: 'ms for each', min: 1, max: 1000 },
  { name: 'reads', label: 'after messages', min: 0, max: 1000, zero: 'never reads' },
  { name: 'windowBytes', label: 'window in bytes', min: 4096, max: 4 * 1024 * 1024 },
  { name: 'cancelAfter', label: 'cancel after', min: 0, max: 1000, zero: 'never' },
  { name: 'deadlineMs', label: 'deadline in ms', min: 0, max: 10_000, zero: 'none' },
  { name: 'faultAfter', label: 'after messages', min: 1, max: 1000 },
  { name: 'delayMs', label: 'ms later', min: 1, max: 1000 },
];

/** Lists the knobs of a call; the window is that of whoever reads the stream, and grpc-js lets only clients set theirs. */
export function listKnobs({ hasResponseStream }: { hasResponseStream: boolean }): Knob[] {
  return knobs.filter(({ name }) => name !== 'windowBytes' || hasResponseStream);
}

/** Says in a sentence what is wrong with the values of these knobs; undefined if nothing is. */
export function findKnobProblem(values: LabKnobs, listed: readonly Knob[]): string | undefined {
  if (!isOneOf(LabReading, values.reading) || values.reading === LabReading.UNSPECIFIED) {
    return `\`reading\` is ${values.reading}: give 1, 2 or 3.`;
  }
  if (!isOneOf(LabFault, values.fault)) return `\`fault\` is ${values.fault}: give 0 to 6.`;
  for (const { name, min, max } of knobs) {
    const value = values[name];
    if (!listed.some((knob) => knob.name === name)) {
      if (value !== 0) return `\`${name}\` is ${value}, and this call has no such knob: leave it out.`;
    } else if (isTurned(name, values) && (value < min || value > max)) {
      return `\`${name}\` is ${value}: give ${min} to ${max}.`;
    }
  }
  const total = values.messages * values.bytes;
  return total > maxTotalBytes
    ? `\`messages\` times \`bytes\` is ${total}: give less, ${maxTotalBytes} at most.`
    : undefined;
}

/** Whether a fault happens after some messages, and is not there from the beginning. */
export function happensOnce(fault: LabFault): boolean {
  return fault === LabFault.RESET || fault === LabFault.GOAWAY || fault === LabFault.DROP;
}

/** Whether a knob means something beside the others. */
function isTurned(name: KnobName, { reading, fault }: LabKnobs): boolean {
  if (name === 'paceMs') return reading === LabReading.PACED;
  if (name === 'reads') return reading === LabReading.STOPS;
  if (name === 'delayMs') return fault === LabFault.DELAY;
  if (name !== 'faultAfter') return true;
  return happensOnce(fault);
}

function isOneOf(values: object, value: number): boolean {
  return Object.values(values).includes(value);
}
