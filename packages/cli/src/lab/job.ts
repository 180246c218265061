import type { MessageInitShape } from '@bufbuild/protobuf';
import type { LabKnobs, LabReportSchema } from '@streamlings/proto/streamlings/hub/v1/hub';
import type { Timeline } from '@streamlings/wire';

/** What the process of a lab is to do, once. */
export interface LabJob {
  /** The lesson's package. */
  lesson: string;
  /** The absolute path of the `start.ts` beside the files that are to answer. */
  start: string;
  /** Valid ones. */
  knobs: LabKnobs;
}

/** A report, as it is told. */
export type LabReportInit = MessageInitShape<typeof LabReportSchema>;

/** What the process of a lab tells; a report or a failure is the last. */
export type LabNews =
  | { kind: 'wire'; piece: Timeline }
  | { kind: 'report'; report: LabReportInit }
  /** The server could not be called; the reason is a sentence. */
  | { kind: 'failure'; reason: string };
