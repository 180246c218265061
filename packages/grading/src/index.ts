export {
  type CheckContext,
  type CheckOptions,
  check,
  type Evidence,
  type MisconceptionId,
  step,
} from './check.ts';
export type { Symptom } from './diagnosis.ts';
export type { Load } from './exercise.ts';
export type { Answer, CallRecord } from './probes/call-record.ts';
export { measurePullAhead, type PullAhead, probeStall, type Stall } from './probes/flow-control.ts';
export { nameOf, type Outcome } from './probes/outcome.ts';
export { type PeerStream, readPeerStream } from './probes/peer-stream.ts';
export type { PeerUpload } from './probes/peer-upload.ts';
export type { Served } from './probes/serve.ts';
export { fileOf } from './run.ts';
export type {
  Bus,
  BusEvent,
  Clock,
  Controls,
  Random,
  Source,
  SourceItem,
  Store,
  World,
} from './world/world.ts';
export { WorldError, type WorldErrorCode } from './world/world-error.ts';
