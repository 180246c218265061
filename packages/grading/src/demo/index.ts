export { type Hosted, host } from './host.ts';
export { type Program, start } from './start.ts';
export { watchWire } from './watch-wire.ts';
