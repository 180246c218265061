import { DatabaseSync } from 'node:sqlite';
import { create } from '@bufbuild/protobuf';
import { type LogEntry, LogEntrySchema, type Severity } from '@streamlings/proto/streamlings/logs/v1/logs';

export interface Journal {
  append(batchId: string, entries: LogEntry[]): Promise<boolean>;
  entries(): Iterable<LogEntry>;
  close(): void;
}

interface Row {
  seconds: bigint;
  nanos: bigint;
  severity: bigint;
  source: string;
  text: string;
  duration_ms: number | null;
}

export function openJournal(path: string): Journal {
  const database = new DatabaseSync(path, { timeout: 1000 });
  database.exec(`
    CREATE TABLE IF NOT EXISTS batch (number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE);
    CREATE TABLE IF NOT EXISTS entry (
      batch INTEGER NOT NULL REFERENCES batch, position INTEGER NOT NULL, seconds INTEGER NOT NULL,
      nanos INTEGER NOT NULL, severity INTEGER NOT NULL, source TEXT NOT NULL, text TEXT NOT NULL, duration_ms REAL,
      PRIMARY KEY (batch, position)
    ) WITHOUT ROWID;
  `);
  let last: Promise<unknown> = Promise.resolve();

  const write = async (batchId: string, entries: LogEntry[]): Promise<boolean> => {
    if (database.prepare('SELECT 1 FROM batch WHERE id = ?').get(batchId)) return false;
    database.exec('BEGIN');
    try {
      const { lastInsertRowid } = database.prepare('INSERT INTO batch (id) VALUES (?)').run(batchId);
      const insert = database.prepare('INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
      for (const [position, { time, severity, source, text, durationMs = null }] of entries.entries()) {
        const { seconds = 0n, nanos = 0 } = time ?? {};
        insert.run(lastInsertRowid, position, seconds, nanos, severity, source, text, durationMs);
        // The transaction stays open across this, so appends have to queue.
        await Promise.resolve();
      }
      database.exec('COMMIT');
      return true;
    } catch (error) {
      database.exec('ROLLBACK');
      throw error;
    }
  };

  return {
    append: (batchId, entries) => {
      const written = last.then(() => write(batchId, entries));
      last = written.catch(() => {});
      return written;
    },
    *entries() {
      const select = database.prepare('SELECT * FROM entry ORDER BY batch, position');
      select.setReadBigInts(true);
      for (const row of select.iterate()) {
        const { seconds, nanos, severity, source, text, duration_ms } = row as unknown as Row;
        yield create(LogEntrySchema, {
          time: { seconds, nanos: Number(nanos) },
          severity: Number(severity) as Severity,
          source,
          text,
          ...(duration_ms === null ? {} : { durationMs: duration_ms }),
        });
      }
    },
    close: () => database.close(),
  };
}
