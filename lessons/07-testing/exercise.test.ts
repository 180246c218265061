import { describe } from 'vitest';
import { right as fixtures } from './servers/fixtures-subjects.ts';
import { right as handlers } from './servers/handler-subjects.ts';
import { right as routes } from './servers/transport-subjects.ts';
import * as fixturesFile from './src/fixtures.ts';
import * as handlerFile from './src/handler.ts';
import * as serverFile from './src/server.ts';
import * as transportFile from './src/transport.ts';

// Your tests against the right servers, as vitest and editors run them. `pnpm test --filter lesson-07` grades them.
describe('src/handler.ts', () => handlerFile.suite(handlers));
describe('src/server.ts', () => serverFile.suite(handlers));
describe('src/transport.ts', () => transportFile.suite(routes));
describe('src/fixtures.ts', () => fixturesFile.suite(fixtures));
