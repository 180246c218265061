export { formatProblem, type Problem, ScenarioError } from './dialect/scenario-error.ts';
export { type Clock, systemClock, VirtualClock } from './engine/clock.ts';
export type { StreamLimits } from './engine/limits.ts';
export { Journal, type JournalEvent, type JournalListener, type JournalStream } from './server/journal.ts';
export { ProtoError, type ScenarioFile } from './server/load-scenarios.ts';
export { createMockServer, type MockServer } from './server/mock-server.ts';
export type { MockServerOptions, ScenarioText } from './server/options.ts';
export type { Expectation, Verdict } from './server/verify.ts';
