export type { Timeline, TimelineEvent } from '../timeline.ts';
export { createLivePrinter } from './live.ts';
export { drawSequence, type SequenceOptions } from './sequence.ts';
export { formatEvent, formatTimeline, type TextOptions } from './text.ts';
export type { TimelineFilter } from './timeline-rows.ts';
export type { WindowSelection } from './window-series.ts';
export { describeWindows, drawWindows, type WindowsOptions } from './windows.ts';
export { describeStall } from './wording.ts';
