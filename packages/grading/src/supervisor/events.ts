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

/** The statement that a line belongs to, on one line: an `expect` that was wrapped is failed on its last line. */
function textOf(path: string, line: number): string {
  try {
    const lines = readFileSync(path, 'utf8').split('\n').slice(0, line);
    const isTail = lines.at(-1)?.trimStart().startsWith(')') ?? false;
    const start = isTail ? lines.findLastIndex((text) => /^\s*(await )?expect\(/.test(text)) : line - 1;
    const statement = lines.slice(start).map((text) => text.trim());
    return statement.join(' ').replace(/\( /g, '(').replace(/,? \)/g, ')').replace(LABEL, ').');
  } catch {
    return '';
  }
}
