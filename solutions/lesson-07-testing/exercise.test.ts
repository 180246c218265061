import { right as fixtures } from 'lesson-07/servers/fixtures-subjects';
import { right as handlers } from 'lesson-07/servers/handler-subjects';
import { right as routes } from 'lesson-07/servers/transport-subjects';
import { describe } from 'vitest';
import * as fixturesFile from './src/fixtures.ts';
import * as handlerFile from './src/handler.ts';
import * as serverFile from './src/server.ts';
import * as transportFile from './src/transport.ts';

describe('src/handler.ts', () => handlerFile.suite(handlers));
describe('src/server.ts', () => serverFile.suite(handlers));
describe('src/transport.ts', () => transportFile.suite(routes));
describe('src/fixtures.ts', () => fixturesFile.suite(fixtures));
