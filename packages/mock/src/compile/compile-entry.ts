import { fromJson, type JsonValue, type Registry } from '@bufbuild/protobuf';
import { AnySchema } from '@bufbuild/protobuf/wkt';
import type { EntrySource, FaultSource } from '../dialect/entry.ts';
import { ExpressionError, walkExpression } from '../dialect/expression.ts';
import { type Json, type JsonObject, tryJson } from '../dialect/json.ts';
import { ProblemCollector } from '../dialect/scenario-error.ts';
import type { JsonPath, SourceLine } from '../dialect/source-line.ts';
import { parseTemplate, singleExpression, type Template } from '../dialect/template.ts';
import { compileJson, compileTemplate, type Evaluate } from '../engine/evaluate.ts';
import { coerceJson } from './coerce-json.ts';
import type { MessageType } from './message-type.ts';
import { compilePattern, type Pattern, PatternError, type PatternSource } from './pattern.ts';
import { compilePayload, type Payload } from './payload.ts';
import type { Action, ErrorAction, Milliseconds, Rule, TimelineEntry } from './scenario.ts';
import { describeUnknownName } from './unknown-names.ts';

/** The types that the entries of a scenario are held against. */
export interface EntryTypes {
  input: MessageType;
  output: MessageType;
  /** Whether replies that fit no message are allowed, as progress rules of client streaming are. */
  allowsProgress: boolean;
  /** Whether there are several incoming messages. */
  readsMany: boolean;
  registry: Registry;
}

/** @throws ScenarioError */
export function compileRule(entry: EntrySource, types: EntryTypes): Rule {
  const collector = new ProblemCollector();
  const pattern = collector.attempt(() => compilePatternAt(entry.line, ['text'], entry.pattern, types.input));
  const action = collector.attempt(() => compileAction(entry, types));
  if (!pattern || !action) return collector.throw();
  return { ...action, pattern, delayMs: compileTiming(entry) };
}

/** @throws ScenarioError */
export function compileTimelineEntry(
  entry: EntrySource,
  previousOffset: number,
  types: EntryTypes,
): TimelineEntry {
  const { timing, waitFor, condition } = entry;
  const waitPattern =
    waitFor === undefined ? undefined : compilePatternAt(entry.line, ['waitFor'], waitFor, types.input);
  return {
    ...compileAction(entry, types),
    timing: { kind: timing.kind, ms: compileTiming(entry) },
    startsSegment: timing.kind === 'offset' && timing.ms < previousOffset,
    ...(waitPattern && { waitFor: waitPattern }),
    waitForEnd: entry.waitForEnd,
    isArmed: types.readsMany && condition !== undefined && changesWithMessages(condition),
    ...(entry.every && { every: compileMilliseconds(entry.every) }),
    times: entry.times ?? Number.POSITIVE_INFINITY,
  };
}

/** @throws ScenarioError */
export function compilePatternAt(
  line: SourceLine,
  path: JsonPath,
  source: PatternSource,
  { desc }: MessageType,
): Pattern {
  try {
    return compilePattern(source, desc);
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    return line.fail(path, error.message);
  }
}

function compileAction(entry: EntrySource, types: EntryTypes): Action {
  const { line, condition, label, error, faults } = entry;
  const payload = error ? undefined : compilePayloadOf(entry, types);
  const hasFaults = faults.reset || faults.goaway || faults.noTrailers || faults.socketReset;
  return {
    line,
    ...(condition && { condition: compileTemplate(condition) }),
    ...(payload && { payload }),
    ...(label && { label: compileTemplate(label) }),
    assignments: Object.entries(entry.assignments).map(([name, value]) => [
      name,
      compileValue(line, [name], value),
    ]),
    close: entry.close,
    ...(error && { error: compileError(entry, types.registry) }),
    ...(hasFaults && { faults: faults as FaultSource }),
    metadata: compileMetadata(entry.metadata),
    trailers: compileMetadata(entry.trailers),
    ...(entry.pauseReadMs !== undefined && { pauseReadMs: entry.pauseReadMs }),
    ...(entry.chunkBytes !== undefined && { chunkBytes: entry.chunkBytes }),
    compress: entry.compress,
  };
}

function compilePayloadOf(
  { line, dir, payload: source }: EntrySource,
  types: EntryTypes,
): Payload | undefined {
  if (source === undefined) return undefined;
  const path = [dir === 'in' ? 'response' : 'text'];
  let payload: Payload;
  try {
    payload = compilePayload(source, types.output, (text) =>
      parseTemplateAt(line, path, text, text === source),
    );
  } catch (error) {
    // Errors of templates are told already; the others come from the encoder.
    if ((error as Error).name === 'ScenarioError') throw error;
    const { desc } = types.output;
    const unknown = describeUnknownName(
      desc,
      typeof source === 'string' ? (tryJson(source) ?? source) : source,
    );
    return line.fail(
      path,
      unknown ?? `This cannot be a \`${desc.typeName}\`: ${(error as Error).message}. Mend the field.`,
    );
  }
  if (payload.isTextOnly && !(types.allowsProgress && dir === 'in')) {
    const { typeName, fields } = types.output.desc;
    const names = fields.map(({ name }) => name).join(', ');
    line.fail(
      path,
      `\`${typeName}\` has no field that plain text obviously belongs to: write JSON with its fields (${names || 'none'}), or name one in \`textFields\` of a header line.`,
    );
  }
  return payload;
}

function compileError({ line, dir, payload, error }: EntrySource, registry: Registry): ErrorAction {
  const path = [dir === 'in' ? 'response' : 'text'];
  const text = typeof payload === 'string' ? parseTemplateAt(line, path, payload) : undefined;
  const message = error?.message ?? text ?? [''];
  const details = error?.details ?? [];
  for (const [index, detail] of details.entries()) {
    if (compileJson(detail, (template) => parseTemplateAt(line, ['error', 'details', index], template)))
      continue;
    try {
      encodeDetail(detail, registry);
    } catch (failure) {
      line.fail(['error', 'details', index], `This detail cannot be encoded: ${(failure as Error).message}.`);
    }
  }
  return {
    code: error?.code ?? 0,
    message: compileTemplate(message),
    ...(details.length > 0 && { details: compileValue(line, ['error', 'details'], [...details]) }),
  };
}

/** Makes an `Any` of its JSON; `@type` may be the bare name of the type. */
export function encodeDetail(detail: JsonObject, registry: Registry) {
  const { '@type': name, ...fields } = detail;
  const url = String(name).includes('/') ? name : `type.googleapis.com/${name}`;
  const desc = registry.getMessage(String(url).replace(/^.*\//, ''));
  const json = desc ? coerceJson(desc, fields) : fields;
  return fromJson(AnySchema, { '@type': url, ...(json as JsonObject) } as JsonValue, { registry });
}

function compileTiming({ timing }: EntrySource): Milliseconds {
  return timing.kind === 'offset' ? timing.ms : compileMilliseconds(timing.ms);
}

function compileMilliseconds(template: Template): Milliseconds {
  const single = singleExpression(template);
  return single?.kind === 'literal' && typeof single.value === 'number'
    ? single.value
    : compileTemplate(template);
}

function compileMetadata(metadata: Record<string, Template>): Action['metadata'] {
  return Object.entries(metadata).map(([key, template]) => [key, compileTemplate(template)]);
}

function compileValue(line: SourceLine, path: JsonPath, value: Json): Evaluate {
  return compileJson(value, (text) => parseTemplateAt(line, path, text)) ?? (() => value);
}

/** @param isWhole whether the text is the value at the path, and not only somewhere within. */
function parseTemplateAt(line: SourceLine, path: JsonPath, text: string, isWhole = true): Template {
  try {
    return parseTemplate(text);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return line.fail(path, error.message, isWhole ? error.offset : 0);
  }
}

/** Whether a condition looks at what later messages may change. */
function changesWithMessages(condition: Template): boolean {
  return condition.some(
    (piece) =>
      typeof piece !== 'string' &&
      [...walkExpression(piece)].some(
        (part) =>
          part.kind === 'path' &&
          part.segments[0] === 'ws' &&
          ['message', 'state', 'lastMessage', 'index'].includes(String(part.segments[1])),
      ),
  );
}
