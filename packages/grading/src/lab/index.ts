export { countItems, type LabCall, type LabNews, type LabSettings } from './lab-call.ts';
export { createTurns, type Reading } from './reader.ts';
