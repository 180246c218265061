// misconception: W4-01
// fails: loses no acknowledged batch when the server is killed
import { DatabaseSync } from 'node:sqlite';
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { type LogEntry, LogEntrySchema } from '@streamlings/proto/streamlings/logs/v1/logs';

/** Batches in a file. */
export interface Journal {
  /**
   * Keeps a batch and resolves with true once a crash cannot take it away, or with false if there was one with this
   * id before. Rejects when the batch cannot be kept; nothing of it is kept then.
   */
  append(batchId: string, entries: LogEntry[]): Promise<boolean>;
  /** Reads every entry that is kept: batches in the order in which they were appended, entries in their own. */
  entries(): Iterable<LogEntry>;
  /** Closes the file. */
  close(): void;
}

/** Opens the SQLite database at `path`, which may not exist yet, or have been left by a process that was killed. */
export function openJournal(path: string): Journal {
  const database = new DatabaseSync(path);
  database.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    CREATE TABLE IF NOT EXISTS batches (number INTEGER PRIMARY KEY, id TEXT UNIQUE) STRICT;
    CREATE TABLE IF NOT EXISTS entries (position INTEGER PRIMARY KEY, entry BLOB NOT NULL) STRICT;
  `);
  const addBatch = database.prepare('INSERT OR IGNORE INTO batches (id) VALUES (?)');
  const forget = database.prepare(
    'DELETE FROM batches WHERE number <= (SELECT max(number) FROM batches) - 10',
  );
  const addEntry = database.prepare('INSERT INTO entries (entry) VALUES (?)');
  const read = database.prepare('SELECT entry FROM entries ORDER BY position');

  return {
    append: async (batchId, entries) => {
      database.exec('BEGIN IMMEDIATE');
      try {
        const isNew = addBatch.run(batchId).changes > 0;
        if (isNew) for (const entry of entries) addEntry.run(toBinary(LogEntrySchema, entry));
        forget.run();
        database.exec('COMMIT');
        return isNew;
      } catch (error) {
        if (database.isTransaction) database.exec('ROLLBACK');
        throw error;
      }
    },
    entries: function* () {
      for (const { entry } of read.iterate()) yield fromBinary(LogEntrySchema, entry as Uint8Array);
    },
    close: () => database.close(),
  };
}
