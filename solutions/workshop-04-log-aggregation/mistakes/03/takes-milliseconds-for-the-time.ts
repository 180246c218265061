// misconception: L1-12
// fails: keeps entries as they are, and has them when it is opened again
import { DatabaseSync } from 'node:sqlite';
import { create } from '@bufbuild/protobuf';
import { timestampFromMs, timestampMs } from '@bufbuild/protobuf/wkt';
import { type LogEntry, LogEntrySchema, type Severity } from '@streamlings/proto/streamlings/logs/v1/logs';

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
    CREATE TABLE IF NOT EXISTS entries (
      position INTEGER PRIMARY KEY, ms INTEGER, severity INTEGER, source TEXT, text TEXT,
      duration_ms REAL
    ) STRICT;
  `);
  const addBatch = database.prepare('INSERT OR IGNORE INTO batches (id) VALUES (?)');
  const addEntry = database.prepare(
    'INSERT INTO entries (ms, severity, source, text, duration_ms) VALUES (?, ?, ?, ?, ?)',
  );
  const read = database.prepare('SELECT * FROM entries ORDER BY position');

  return {
    append: async (batchId, entries) => {
      database.exec('BEGIN IMMEDIATE');
      try {
        const isNew = addBatch.run(batchId).changes > 0;
        if (isNew) {
          for (const { time, severity, source, text, durationMs } of entries) {
            const ms = time ? timestampMs(time) : 0;
            addEntry.run(ms, severity, source, text, durationMs ?? null);
          }
        }
        database.exec('COMMIT');
        return isNew;
      } catch (error) {
        if (database.isTransaction) database.exec('ROLLBACK');
        throw error;
      }
    },
    entries: function* () {
      interface Row {
        ms: number;
        severity: Severity;
        source: string;
        text: string;
        duration_ms: number | null;
      }
      for (const row of read.iterate()) {
        const { ms, severity, source, text, duration_ms } = row as unknown as Row;
        yield create(LogEntrySchema, {
          time: timestampFromMs(ms),
          severity,
          source,
          text,
          ...(duration_ms === null ? {} : { durationMs: duration_ms }),
        });
      }
    },
    close: () => database.close(),
  };
}
