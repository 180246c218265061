import { describe, expect, test } from 'vitest';
import { parseScenario as parseAll } from '../src/dialect/parse-scenario.ts';
import { ProblemCollector, ScenarioError } from '../src/dialect/scenario-error.ts';
import { loadScenarios } from '../src/server/load-scenarios.ts';
import { registry } from './mock-fixture.ts';

const chat = 'myapp.ChatService.Chat.jsonl';

function parseScenario(file: string, text: string) {
  const collector = new ProblemCollector();
  const source = parseAll(file, text, collector);
  collector.throwIfAny();
  return source;
}

function problemsOf(read: () => unknown) {
  try {
    read();
  } catch (error) {
    if (error instanceof ScenarioError) return error.problems;
    throw error;
  }
  throw new Error('there are no problems');
}

describe('a scenario file', () => {
  test('may have comments, blank lines, a byte order mark and Windows line ends', () => {
    const text = '\uFEFF// hello\r\n\r\n  # hi\r\n{"dir":"out","text":"a"}\r\n';
    expect(parseScenario('a.jsonl', text).entries.map(({ line }) => line.number)).toEqual([4]);
  });

  test.each([
    ['{"dir":"out" "text":1}', 14, 'This is no JSON object: Unexpected token'],
    ['{"dir":"out",}', 14, 'This is no JSON object: Unexpected token `}`'],
    ['nonsense', 1, 'This is no JSON object'],
    ['["dir"]', 1, 'This is JSON, but no object'],
    ['{"text":"a"}', 1, '`dir` is missing'],
    ['{"dir":"up"}', 8, '`dir` must be one of `in`, `out`, not `"up"`'],
    ['{"dir":"out","ts":true}', 19, '`ts` must be milliseconds from 0, or a template, not `true`'],
    ['{"dir":"out","ts":-1}', 19, '`ts` must be milliseconds'],
    ['{"dir":"out","ts":1,"at":2}', 26, '`ts` and `at` contradict each other'],
    ['{"dir":"in"}', 1, '`text` is missing: a rule needs the pattern'],
    ['{"dir":"out","response":"a"}', 25, '`response` belongs to a rule'],
    ['{"dir":"in","text":"a","every":5}', 32, '`every` belongs to a timeline entry'],
    ['{"dir":"out","close":"yes"}', 22, '`close` must be `true` or `false`'],
    ['{"dir":"out","error":"NOPE"}', 22, '`error` must be a status code: CANCELLED, UNKNOWN'],
    ['{"dir":"out","error":{"code":0}}', 30, '`error.code` must be a status code'],
    ['{"dir":"out","error":{"why":"x"}}', 29, '`error.why` must be one of `code`, `message`, `details`'],
    ['{"dir":"out","error":true,"code":5}', 34, '`code` next to `error` is not known'],
    ['{"dir":"out","error":{"details":["x"]}}', 34, '`error.details.0` must be an object with `@type`'],
    ['{"dir":"out","condition":"{{request.}}"}', 37, 'A name is missing after the dot'],
    [String.raw`{"dir":"out","condition":"\u007b{ \"a\" + process }}"}`, 43, '`process` is not known'],
    ['{"dir":"out","condition":"request.a"}', 26, '`condition` must be exactly one template, such as `{{'],
    ['{"dir":"out","condition":"{{true}} && {{false}}"}', 26, '`condition` must be exactly one template'],
    [
      '{"dir":"out","metadata":{"a-bin":"###"}}',
      34,
      '`metadata.a-bin` must be base64, as its key ends in `-bin`',
    ],
    [
      '{"dir":"out","trailers":{"a":"é"}}',
      30,
      '`trailers.a` must be printable ASCII: put other text as base64',
    ],
    ['{"dir":"out","reset":"GONE"}', 22, '`reset` must be one of `NO_ERROR`'],
    ['{"dir":"out","chunk":0}', 22, '`chunk` must be a whole number from 1'],
    ['{"dir":"out","metadata":{"X-Up":"a"}}', 33, '`X-Up` cannot be a key of metadata'],
    ['{"dir":"out","trailers":{"grpc-status":"0"}}', 40, '`grpc-status` cannot be a key'],
    ['{"dir":"out","wait_for":"a"}', 25, '`wait_for` is not known here: write `waitFor`'],
    ['{"dir":"out","filter":"a"}', 23, '`filter` is not known here: write `condition`'],
    ['{"dir":"out","times":2}', 22, '`times` says how often `every` comes'],
    ['{"scenario":{"methd":"a"}}', 22, '`scenario.methd` must be one of `method`'],
    ['{"scenario":{},"dir":"out"}', 22, '`dir` cannot stand beside `scenario`'],
    ['{"scenario":{"when":{"metadata":{"a":1}}}}', 38, '`scenario.when.metadata.a` must be text'],
  ])('is refused with the place and the fix: %s', (text, column, message) => {
    const [problem] = problemsOf(() => parseScenario('a.jsonl', `\n${text}`));
    expect(problem).toMatchObject({
      file: 'a.jsonl',
      line: 2,
      column,
      message: expect.stringContaining(message),
    });
    expect(problem?.excerpt).toBe(text);
  });

  test('tells of all lines at once', () => {
    const problems = problemsOf(() => parseScenario('a.jsonl', '{"dir":1}\n{"dir":"out"}\n{}'));
    expect(problems.map(({ line }) => line)).toEqual([1, 3]);
  });

  test('tells of all keys of a line at once', () => {
    const problems = problemsOf(() =>
      parseScenario('a.jsonl', '{"dir":"out","close":1,"ts":-1,"filter":"a"}'),
    );
    expect(problems.map(({ column }) => column).sort((a, b) => a - b)).toEqual([22, 29, 41]);
  });

  test('has its header first', () => {
    const [problem] = problemsOf(() => parseScenario('a.jsonl', '{"dir":"out"}\n{"scenario":{}}'));
    expect(problem?.message).toContain('A header comes once, before all else');
  });

  test('keeps the digits of large integers', () => {
    const { entries } = parseScenario('a.jsonl', '{"dir":"out","text":{"number":9007199254740993},"n":1.5}');
    expect(entries[0]).toMatchObject({ payload: { number: '9007199254740993' }, assignments: { n: 1.5 } });
  });

  test('takes booleans that are written as text', () => {
    const { entries } = parseScenario('a.jsonl', '{"dir":"out","close":"true","error":"true"}');
    expect(entries[0]).toMatchObject({ close: true, error: { code: 14 } });
  });
});

describe('a scenario, held against its method,', () => {
  test.each([
    [
      '{"dir":"out","text":{"contnt":"a"}}',
      21,
      '`myapp.ChatMessage` has no field `contnt`: did you mean `content`?',
      chat,
    ],
    [
      '{"dir":"out","text":{"type":"SHOUT"}}',
      21,
      '`myapp.MessageType` has no value `SHOUT`: it has TEXT,',
      chat,
    ],
    ['{"dir":"out","text":{"content":[1]}}', 21, 'This cannot be a `myapp.ChatMessage`', chat],
    ['{"dir":"out","text":{"type":"SHOUT"}}', 21, 'SHOUT', chat],
    ['{"dir":"in","text":"a{2,1}"}', 20, 'no regular expression that runs in linear time', chat],
    ['{"dir":"in","text":"(?=x)"}', 20, 'Lookaround, backreferences', chat],
    ['{"dir":"in","text":"{\\"type\\": JOIN}"}', 20, 'looks like JSON and is not', chat],
    ['{"dir":"out","waitFor":"["}', 24, 'no regular expression', chat],
    ['{"dir":"out","text":"a","user":"{{request.a b}}"}', 45, '`b` is one too many here', chat],
    ['{"dir":"out","text":"{\\"content\\":\\"{{request.a b}}\\"}"}', 21, '`b` is one too many here', chat],
    ['{"dir":"out","error":{"details":[{"@type":"no.Such"}]}}', 34, 'This detail cannot be encoded', chat],
    [
      '{"dir":"out","text":"hi"}',
      21,
      'has no field that plain text obviously belongs to',
      'myapp.UploadService.UploadFile.jsonl',
    ],
    ['{"dir":"out"}', 1, 'This file belongs to no method: name it', 'myapp.ChatService.Chatter.jsonl'],
    [
      '{"scenario":{"method":"myapp.ChatService/Chatter"}}',
      23,
      'There is no method `myapp.ChatService/Chatter`',
      'a.jsonl',
    ],
  ])('is refused with the place and the fix: %s', (text, column, message, file) => {
    const [problem] = problemsOf(() => loadScenarios([{ file, text }], registry));
    expect(problem).toMatchObject({ file, line: 1, column, message: expect.stringContaining(message) });
  });

  test.each([
    'myapp.ChatService.Chat.jsonl',
    'myapp.ChatService/Chat.jsonl',
    'myapp.ChatService/Chat.vip.jsonl',
    'folder/myapp.ChatService.Chat.another.jsonl',
    String.raw`myapp.ChatService\Chat.jsonl`,
  ])('finds its method by its name: %s', (file) => {
    const [loaded] = loadScenarios([{ file, text: '{"dir":"out","text":"a"}' }], registry);
    expect(loaded?.scenario.method.name).toBe('Chat');
  });

  test('takes progress texts for client streaming only', () => {
    const text = '{"dir":"in","text":".*","response":"received"}';
    const [loaded] = loadScenarios([{ file: 'myapp.UploadService.UploadFile.jsonl', text }], registry);
    expect(loaded?.scenario.rules[0]?.payload?.isTextOnly).toBe(true);
  });

  test('lets a header say which field plain text stands for', () => {
    const text =
      '{"scenario":{"textFields":{"myapp.UploadResponse":"checksum"}}}\n{"dir":"out","text":"abc"}';
    const [loaded] = loadScenarios([{ file: 'myapp.UploadService.UploadFile.jsonl', text }], registry);
    expect(loaded?.scenario.output.textField?.name).toBe('checksum');
  });
});
