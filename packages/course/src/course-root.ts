import { resolve } from 'node:path';

/**
 * The folder that holds `lessons/`, `solutions/` and `packages/`: this repository, unless `STREAMLINGS_ROOT` names
 * another course.
 */
export const courseRoot: string = resolve(
  process.env.STREAMLINGS_ROOT ?? resolve(import.meta.dirname, '../../..'),
);
