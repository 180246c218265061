import type { EntrySource, ScenarioHeader, ScenarioSource } from './entry.ts';
import { isObject, type Json, type JsonObject, parseJson } from './json.ts';
import { parseEntry } from './parse-entry.ts';
import type { ProblemCollector } from './scenario-error.ts';
import { SourceLine } from './source-line.ts';
import { ValueReader } from './value-readers.ts';

const headerKeys = ['method', 'name', 'when', 'times', 'order', 'halfClose', 'textFields'] as const;

/**
 * Reads the text of a scenario file. Blank lines and lines that begin with `//` or `#` are skipped. Lines that cannot be
 * read are left out, and their problems collected.
 */
export function parseScenario(file: string, text: string, collector: ProblemCollector): ScenarioSource {
  const entries: EntrySource[] = [];
  const unreadable: SourceLine[] = [];
  let header: ScenarioHeader | undefined;
  let isHeaderUnreadable = false;
  for (const line of listLines(file, text)) {
    const isFirst = !header && entries.length === 0 && unreadable.length === 0;
    const read = collector.attempt(() => {
      const json = parseLine(line);
      if (json.scenario === undefined) entries.push(parseEntry(line, json));
      else if (isFirst) header = parseHeader(line, json);
      else line.fail(['scenario'], 'A header comes once, before all else: move it to the first line.');
      return true;
    });
    if (read) continue;
    unreadable.push(line);
    // What cannot be read at all may have been meant as one.
    if (isFirst && line.text.includes('"scenario"')) isHeaderUnreadable = true;
  }
  return { file, header: header ?? emptyHeader(), isHeaderUnreadable, entries, unreadable };
}

function* listLines(file: string, text: string): Generator<SourceLine> {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  for (const [index, line] of lines.entries()) {
    if (/^\s*(?:$|\/\/|#)/.test(line)) continue;
    yield new SourceLine(file, index + 1, line);
  }
}

function parseLine(line: SourceLine): JsonObject {
  let json: Json;
  try {
    json = parseJson(line.text);
  } catch {
    return line.failSyntax();
  }
  if (isObject(json)) return json;
  return line.fail([], 'This is JSON, but no object: write one object per line.');
}

function emptyHeader(): ScenarioHeader {
  return {
    method: undefined,
    name: undefined,
    metadata: {},
    message: undefined,
    times: undefined,
    order: 'specific',
    halfClose: 'finish',
    textFields: {},
    line: undefined,
  };
}

function parseHeader(line: SourceLine, json: JsonObject): ScenarioHeader {
  const reader = new ValueReader(line);
  const [stray] = Object.keys(json).filter((key) => key !== 'scenario');
  if (stray !== undefined)
    line.fail([stray], `\`${stray}\` cannot stand beside \`scenario\`: give it a line of its own.`);
  const scenario = reader.object(['scenario'], json.scenario ?? null, 'an object');
  for (const key of Object.keys(scenario)) reader.choice(['scenario', key], key, headerKeys);
  const { method, name, when = {}, times, order, halfClose, textFields = {} } = scenario;
  const at = (key: string) => ['scenario', key];
  const condition = reader.object(at('when'), when, 'an object with `metadata` or `message`');
  for (const key of Object.keys(condition))
    reader.choice(['scenario', 'when', key], key, ['metadata', 'message']);
  const { metadata = {}, message } = condition;
  return {
    method: method === undefined ? undefined : reader.text(at('method'), method),
    name: name === undefined ? undefined : reader.text(at('name'), name),
    metadata: readTexts(reader, ['scenario', 'when', 'metadata'], metadata),
    message:
      message === undefined ? undefined : reader.textOrObject(['scenario', 'when', 'message'], message),
    times: times === undefined ? undefined : reader.wholeNumber(at('times'), times),
    order: order === undefined ? 'specific' : reader.choice(at('order'), order, ['specific', 'file']),
    halfClose:
      halfClose === undefined ? 'finish' : reader.choice(at('halfClose'), halfClose, ['finish', 'drain']),
    textFields: readTexts(reader, at('textFields'), textFields),
    line,
  };
}

function readTexts(reader: ValueReader, path: string[], value: Json): Record<string, string> {
  const object = reader.object(path, value, 'an object of texts');
  return Object.fromEntries(
    Object.entries(object).map(([key, text]) => [key, reader.text([...path, key], text)]),
  );
}
