import { fileURLToPath } from 'node:url';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { runSuite } from '@streamlings/grading/suite';
import { createWorld } from '@streamlings/grading/world';
import { createServiceDefinition } from '@streamlings/grpc';
import { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import { handlers } from './servers/right.ts';

/** The files of the steps, and the modules with their right servers. */
const suites = {
  'handler.ts': 'handler-subjects.ts',
  'server.ts': 'server-subjects.ts',
  'transport.ts': 'transport-subjects.ts',
  'fixtures.ts': 'fixtures-subjects.ts',
};

/** Runs the suites in a folder once, each against its right server, and prints what became of their tests. */
export async function demo(folder: URL): Promise<void> {
  for (const [file, subjects] of Object.entries(suites)) {
    console.log(`src/${file}`);
    const path = fileURLToPath(new URL(file, folder));
    const module = new URL(`./servers/${subjects}`, import.meta.url);
    const runs = await runSuite({
      file: path,
      subjects: module,
      runs: [{ id: 'right', subject: ['right'] }],
    });
    const { tests = [], open = [] } = runs.get('right') ?? {};
    for (const { name, state, error } of tests)
      console.log(`  ${state.padEnd(7)} ${name}${error ? `: ${error}` : ''}`);
    if (tests.length === 0) console.log('  no tests yet');
    for (const each of open) console.log(`  left open: ${each}`);
  }
}

/** Serves the right server until the process is ended, for clients of your choice. */
export async function serve(): Promise<void> {
  const server = new Server();
  server.addService(createServiceDefinition(StreamingService), handlers(createWorld().world));
  const port = await new Promise<number>((resolve, reject) => {
    const insecure = ServerCredentials.createInsecure();
    server.bindAsync('127.0.0.1:0', insecure, (error, bound) => (error ? reject(error) : resolve(bound)));
  });
  console.log(`the right server listens on 127.0.0.1:${port}; Ctrl-C ends it`);
}
