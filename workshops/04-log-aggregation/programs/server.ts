// Serves the learner's CollectLogs over the learner's journal, and may die at the worst of moments.
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { createServiceDefinition } from '@streamlings/grpc';
import { LogService } from '@streamlings/proto/streamlings/logs/v1/logs';
import type { Appends, Exercise } from '../checks.ts';
import { die, load, readArguments, say } from './program.ts';

const { collect, journal, path, dieAfter } = readArguments<{
  collect: string;
  journal: string;
  path: string;
  dieAfter?: number;
}>();
const { handlers } = await load<Exercise['collect']>(collect);
const { openJournal } = await load<Exercise['journal']>(journal);
const opened = openJournal(path);
let appended = 0;
const dying: Appends = {
  append: async (batchId, entries) => {
    const isNew = await opened.append(batchId, entries);
    // Kept, and not answered yet.
    if (++appended === dieAfter) die();
    return isNew;
  },
};
const server = new Server();
server.addService(createServiceDefinition(LogService), { ...handlers(dying) });
server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  say({ port });
});
