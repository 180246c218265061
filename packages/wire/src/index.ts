export type { LastingFaults } from './forward/fault-settings.ts';
export type { Faults } from './forward/faults.ts';
export type { ErrorCode } from './http2/names.ts';
export { loadRegistry } from './proto/load-registry.ts';
export { createTap, type Tap, type TapOptions } from './tap.ts';
export type {
  ConnectionRecord,
  DroppedRecord,
  FrameRecord,
  HeaderRecord,
  MessageRecord,
  MessageSpan,
  NoteRecord,
  PerSide,
  ProblemRecord,
  Side,
  StallRecord,
  StatusRecord,
  StreamRecord,
  Timeline,
  TimelineEvent,
} from './timeline.ts';
