export { toJunit } from './junit.ts';
export { type Score, scoreOf, toJsonLine } from './score.ts';
export { createTextReport, formatNotice, type TextReport } from './text-report.ts';
export { formatVerdict, painter, type ReportOptions } from './verdict.ts';
