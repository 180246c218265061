// misconception: W4-06
// fails: goes on after a statement that failed, and has kept nothing of its batch
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
    CREATE TABLE IF NOT EXISTS batches (id TEXT PRIMARY KEY) STRICT;
    CREATE TABLE IF NOT EXISTS entries (position INTEGER PRIMARY KEY, entry BLOB NOT NULL) STRICT;
  `);
  const addBatch = database.prepare('INSERT OR IGNORE INTO batches (id) VALUES (?)');
  const addEntry = database.prepare('INSERT INTO entries (entry) VALUES (?)');
  const read = database.prepare('SELECT entry FROM entries ORDER BY position');

  return {
    append: async (batchId, entries) => {
      database.exec('BEGIN IMMEDIATE');
      const isNew = addBatch.run(batchId).changes > 0;
      if (isNew) for (const entry of entries) addEntry.run(toBinary(LogEntrySchema, entry));
      database.exec('COMMIT');
      return isNew;
    },
    entries: function* () {
      for (const { entry } of read.iterate()) yield fromBinary(LogEntrySchema, entry as Uint8Array);
    },
    close: () => database.close(),
  };
}
