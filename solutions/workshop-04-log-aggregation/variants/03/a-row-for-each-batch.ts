import { DatabaseSync } from 'node:sqlite';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { CollectLogsRequestSchema, type LogEntry } from '@streamlings/proto/streamlings/logs/v1/logs';

export interface Journal {
  append(batchId: string, entries: LogEntry[]): Promise<boolean>;
  entries(): Iterable<LogEntry>;
  close(): void;
}

/** One statement for each batch, which is a transaction by itself. */
export function openJournal(path: string): Journal {
  const database = new DatabaseSync(path);
  database.exec(
    'CREATE TABLE IF NOT EXISTS batches (number INTEGER PRIMARY KEY, id TEXT UNIQUE, batch BLOB)',
  );
  return {
    append: (batchId, entries) =>
      new Promise((resolve) => {
        const batch = toBinary(CollectLogsRequestSchema, create(CollectLogsRequestSchema, { entries }));
        const insert = database.prepare(
          'INSERT INTO batches (id, batch) VALUES (?, ?) ON CONFLICT (id) DO NOTHING',
        );
        resolve(insert.run(batchId, batch).changes === 1);
      }),
    entries: () => {
      const rows = database.prepare('SELECT batch FROM batches ORDER BY number').all();
      return rows.flatMap(({ batch }) => fromBinary(CollectLogsRequestSchema, batch as Uint8Array).entries);
    },
    close: () => database.close(),
  };
}
