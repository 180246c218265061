import { readFileSync } from 'node:fs';
import { basename, relative, sep } from 'node:path';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { create, type JsonObject } from '@bufbuild/protobuf';
import { durationFromMs, timestampNow } from '@bufbuild/protobuf/wkt';
import {
  CheckState,
  type Event,
  EventSchema,
  NoticeKind,
  type SourceLineSchema,
} from '@streamlings/proto/streamlings/result/v1/result';
import type { ChildVerdict, FoundLine } from '../child/channel.ts';
import type { CheckWire } from './check-wire.ts';
import type { TypeProblem } from './types.ts';
import type { Workspace } from './workspace.ts';

type Body = MessageInitShape<typeof EventSchema>['body'];
type Line = MessageInitShape<typeof SourceLineSchema>;

const states: Record<ChildVerdict['state'], CheckState> = {
  passed: CheckState.PASSED,
  failed: CheckState.FAILED,
  environment: CheckState.ENVIRONMENT,
  inconclusive: CheckState.INCONCLUSIVE,
  'not run': CheckState.NOT_RUN,
};

/** Makes the events of one run, numbered and in the words of the result protocol. */
export class EventFactory {
  readonly #workspace: Workspace;
  readonly #runId = crypto.randomUUID();
  #seq = 0;

  constructor(workspace: Workspace) {
    this.#workspace = workspace;
  }

  make(step: number, body: NonNullable<Body>): Event {
    const { name: lesson } = this.#workspace;
    return create(EventSchema, {
      runId: this.#runId,
      seq: ++this.#seq,
      time: timestampNow(),
      lesson,
      step,
      body,
    });
  }

  notice(kind: NoticeKind, text: string, step = 0): Event {
    return this.make(step, { case: 'notice', value: { kind, text } });
  }

  types({ file, line, column, text }: TypeProblem): Event {
    const step = this.#workspace.steps.find((candidate) => candidate.file === file)?.number ?? 0;
    const source = { file, line, column, text: '' };
    return this.make(step, { case: 'notice', value: { kind: NoticeKind.TYPES, text, source } });
  }

  /** `wire` is shown where it is given. */
  verdict(verdict: ChildVerdict, wire?: CheckWire): Event {
    const { spec, source } = verdict;
    const failed = verdict.state !== 'passed';
    return this.make(verdict.step, {
      case: 'checkFinished',
      value: {
        name: verdict.name,
        state: states[verdict.state],
        label: verdict.label ?? '',
        expected: verdict.expected ?? '',
        received: verdict.received ?? '',
        ...(spec ? { spec: this.#line(spec, basename(spec.path)) } : {}),
        ...(source ? { source: this.#line(source, this.#relative(source.path)) } : {}),
        wire: wire?.excerpt() ?? [],
        timelines: (wire?.timelines ?? []) as unknown as JsonObject[],
        log: (verdict.log ?? []).map(({ atMs, subject, text }) => ({
          at: durationFromMs(Math.round(atMs)),
          subject,
          text,
        })),
        hint: verdict.hint ?? '',
        misconception: verdict.misconception ?? '',
        diagnosis: [verdict.diagnosis ?? [], failed ? (wire?.describeStalls() ?? []) : []].flat().join(' '),
        duration: durationFromMs(Math.round(verdict.durationMs ?? 0)),
      },
    });
  }

  #relative(path: string): string {
    return relative(this.#workspace.folder, path).split(sep).join('/');
  }

  #line({ path, line, column }: FoundLine, file: string): Line {
    return { file, line, column, text: textOf(path, line) };
  }
}

/** The second argument of an `expect`; it is shown as the verdict's label. */
const LABEL = /, (?:'[^']*'|`[^`]*`|label)\)\./;

const EXPECT = /^\s*(await )?expect\(/;

/** The statement that a line belongs to, on one line: an `expect` may be wrapped, and fails on its first line or its last. */
function textOf(path: string, line: number): string {
  try {
    const lines = readFileSync(path, 'utf8').split('\n');
    const own = lines[line - 1] ?? '';
    const isTail = own.trimStart().startsWith(')');
    const opened = isTail ? lines.slice(0, line).findLastIndex((text) => EXPECT.test(text)) : -1;
    const start = opened === -1 ? line - 1 : opened;
    const statement = lines.slice(start, EXPECT.test(own) ? findEnd(lines, line - 1) : line);
    const text = statement.map((part) => part.trim()).join(' ');
    return text
      .replace(/([([]) /g, '$1')
      .replace(/,? ([)\]])/g, '$1')
      .replace(LABEL, ').');
  } catch {
    return '';
  }
}

/** Finds the line behind a statement: one that is left open ends where the indentation is the same again. */
function findEnd(lines: string[], first: number): number {
  const own = lines[first] ?? '';
  if (!/[([{]$/.test(own)) return first + 1;
  const indentation = /^\s*/.exec(own)?.[0] ?? '';
  const last = lines.findIndex(
    (text, at) =>
      at > first && text.startsWith(indentation) && /^[)\]}]/.test(text.slice(indentation.length)),
  );
  return last === -1 ? first + 1 : last + 1;
}
