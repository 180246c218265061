import { describe, expect, test } from 'vitest';
import { lintScenarios } from '../src/lint/lint.ts';
import { readBlock, registry } from './mock-fixture.ts';

const chat = 'myapp.ChatService.Chat.jsonl';

function lint(lines: readonly object[], file = chat): string[] {
  const text = lines.map((line) => JSON.stringify(line)).join('\n');
  return lintScenarios([{ file, text }], registry).map(
    ({ line, rule, message }) => `${line} ${rule} ${message}`,
  );
}

const answer = (text: unknown, more = {}) => ({ dir: 'in', text, response: 'ok', ...more });

describe('lint', () => {
  test.each<[string, object[], string[]]>([
    [
      'a misspelt key',
      [{ dir: 'in', text: 'a', respnse: 'b' }],
      [
        '1 assigned-never-read `respnse` is assigned to the state, and nothing reads it: did you mean `response`?',
      ],
    ],
    [
      'a variable that nothing reads',
      [answer('a', { counter: 1 })],
      [
        '1 assigned-never-read `counter` is assigned to the state, and nothing reads it: read `request.ws.state.counter`, or remove it.',
      ],
    ],
    [
      'a variable that nothing assigns',
      [
        answer('a', { condition: '{{request.ws.state.authenticatd}}' }),
        answer('b', { state: 'authenticated' }),
      ],
      [
        '1 read-never-assigned `request.ws.state.authenticatd` is read, and nothing assigns it: did you mean `authenticated`?',
      ],
    ],
    [
      'a rule behind a catch-all',
      [answer('.*'), answer('.+')],
      [
        '2 unreachable This rule never gets its turn: line 1 takes all that it matches. Give that line a `condition`, or remove one.',
      ],
    ],
    [
      'a rule twice',
      [answer({ type: 'JOIN' }), answer('{"type":1}')],
      [
        '2 unreachable This rule never gets its turn: line 1 takes all that it matches. Give that line a `condition`, or remove one.',
      ],
    ],
    [
      'an entry after the end',
      [
        { dir: 'out', close: true },
        { dir: 'out', text: 'b' },
      ],
      [
        '2 unreachable This entry never gets its turn: line 1 ends the call. Move it up, or give that line a `condition`.',
      ],
    ],
    [
      'an entry that waits for the end that stops it',
      [{ dir: 'out', waitForEnd: true, text: 'b' }],
      [
        '1 unreachable The end of the requests ends the timeline too: begin the file with `{"scenario":{"halfClose":"drain"}}`.',
      ],
    ],
    [
      'an unknown enum value in a pattern',
      [answer({ type: 'JION' })],
      ['1 unknown-enum-value `myapp.MessageType` has no value `JION`: did you mean `JOIN`?'],
    ],
    [
      'an unknown enum value in a condition',
      [answer('a', { condition: "{{'BYE' == request.ws.message.type}}" })],
      ['1 unknown-enum-value `myapp.MessageType` has no value `BYE`: it has TEXT, JOIN, LEAVE, SYSTEM.'],
    ],
    [
      'an unknown field in a pattern',
      [answer({ user: 'a' })],
      ['1 unknown-field `myapp.ChatMessage` has no field `user`: it has user_id, content, type, timestamp.'],
    ],
    [
      'an unknown field in a path',
      [answer('a', { condition: '{{request.contnt || request.ws.mesage.x}}' })],
      [
        '1 unknown-field `myapp.ChatMessage` has no field `contnt`: did you mean `content`?',
        '1 unknown-field `request.ws.mesage` does not exist: known are message, lastMessage, state, connectionId, index, metadata.',
      ],
    ],
    [
      'a time that decreases',
      [
        { dir: 'out', ts: 5, text: 'a' },
        { dir: 'out', ts: 1, text: 'b' },
      ],
      [
        '2 decreasing-time This `ts` is less than the one before, so it counts from when that entry was due: write `after` if that is meant, `at` if not.',
      ],
    ],
    [
      'a computed payload with an unknown field',
      [{ dir: 'out', text: { contnt: '{{uuid}}' } }],
      ['1 cannot-encode `myapp.ChatMessage` has no field `contnt`: did you mean `content`?'],
    ],
    [
      'an empty scenario',
      [{ scenario: {} }],
      ['1 empty This scenario has no entries: add some, or remove the file.'],
    ],
  ])('finds %s', (_, lines, expected) => {
    expect(lint(lines)).toEqual(expected);
  });

  test('finds what is special to a kind of call', () => {
    expect(
      lint(
        [
          { dir: 'out', text: 'a' },
          { dir: 'out', text: 'b', waitFor: 'x' },
        ],
        'myapp.ControlService.Ask.jsonl',
      ),
    ).toEqual([
      expect.stringMatching(/^2 unreachable This entry never gets its turn/),
      expect.stringMatching(/^2 unreachable There is one request/),
    ]);
    expect(
      lint([{ dir: 'in', text: 'hello', response: {} }], 'myapp.UploadService.UploadFile.jsonl'),
    ).toEqual([expect.stringMatching(/^1 unreachable `myapp.FileChunk` has no field that plain text/)]);
  });

  test('finds scenarios that others always go before', () => {
    const text = '{"dir":"out","text":"a"}';
    const files = [
      { file: chat, text },
      { file: 'myapp.ChatService.Chat.2.jsonl', text },
    ];
    expect(lintScenarios(files, registry)).toMatchObject([{ file: files[1]?.file, rule: 'unreachable' }]);
    const counted = [
      { file: chat, text: `{"scenario":{"times":1}}\n${text}` },
      { file: 'myapp.ChatService.Chat.2.jsonl', text },
    ];
    expect(lintScenarios(counted, registry)).toEqual([]);
  });

  test('finds every class of error in all files at once, by file and line', () => {
    const first = [
      '{"dir":"in","text":".*","response":"a"}',
      '{"dir":"out","text":"x" "y"}',
      '["dir"]',
      '{"dir":"up"}',
      '{"dir":"in","text":"(?=x)","response":{"contnt":"a"}}',
      '{"dir":"out","text":"{{request.a b}}","error":"NOPE"}',
      '{"dir":"out","text":{"type":"SHOUT"}}',
      '{"dir":"in","text":{"type":"JION"},"response":"b"}',
      '{"dir":"in","text":"b","response":"c","respnse":"d"}',
    ];
    const files = [
      { file: chat, text: first.join('\n') },
      { file: 'a/no.Such.Method.jsonl', text: '{"dir":"out","text":"a"}\nnonsense' },
      {
        file: 'myapp.NotificationService.Subscribe.jsonl',
        text: '{"scenario":{"times":0}}\n{"dir":"out","ts":true}',
      },
      { file: 'myapp.UploadService.UploadFile.jsonl', text: '{"dir":"out","text":"hi"}' },
    ];
    const found = lintScenarios(files, registry).map(({ file, line, rule }) => `${file}:${line} ${rule}`);
    expect(found).toEqual([
      ...['2 error', '3 error', '4 error', '5 error', '5 error', '6 error', '7 error'].map(
        (end) => `${chat}:${end}`,
      ),
      `${chat}:8 unknown-enum-value`,
      `${chat}:9 assigned-never-read`,
      'a/no.Such.Method.jsonl:1 error',
      'a/no.Such.Method.jsonl:2 error',
      'myapp.NotificationService.Subscribe.jsonl:1 error',
      'myapp.NotificationService.Subscribe.jsonl:2 error',
      'myapp.UploadService.UploadFile.jsonl:1 error',
    ]);
  });

  test('does not guess at what an unreadable line would have read or assigned', () => {
    const text = [
      '{"dir":"in","text":"a","response":"{{request.ws.state.second}}","first":1}',
      '{"dir":"in","text":"b","response":"{{request.ws.state.first}}","second":1',
    ].join('\n');
    const findings = lintScenarios([{ file: chat, text }], registry);
    expect(findings.map(({ line, rule }) => `${line} ${rule}`)).toEqual(['2 error']);
  });

  test('goes on after a file that cannot be used', () => {
    const files = [
      { file: chat, text: '{"dir":"up"}' },
      { file: 'myapp.NotificationService.Subscribe.jsonl', text: '{"dir":"out","text":"a","x":1}' },
    ];
    expect(lintScenarios(files, registry).map(({ rule }) => rule)).toEqual(['error', 'assigned-never-read']);
  });

  test.each([
    ['labels that nothing reads', [answer('a', { state: 'seen' })]],
    ['variables that are read as a whole', [answer('a', { n: 1, condition: '{{request.ws.state}}' })]],
    [
      'the keys of maps, lengths and metadata',
      [answer('a', { condition: "{{request.content.length && request.metadata['x']}}" })],
    ],
    [
      'a catch-all with a condition before another',
      [answer('.*', { condition: '{{request.ws.index > 1}}' }), answer('.*')],
    ],
    [
      'lists and well-known types in templates',
      [{ dir: 'out', text: { timestamp: '{{now}}', type: "{{'JOIN'}}" } }],
    ],
  ])('leaves %s alone', (_, lines) => {
    expect(lint(lines)).toEqual([]);
  });

  test.each([
    ['01-basic-server-streaming', 'myapp.NotificationService.Subscribe', []],
    ['02-dynamic-server-streaming', 'myapp.NotificationService.Subscribe', []],
    ['03-basic-client-streaming', 'myapp.UploadService.UploadFile', []],
    ['04-advanced-client-streaming', 'myapp.UploadService.UploadFile', []],
    ['05-basic-bidi', 'myapp.ChatService.Chat', []],
    ['06-advanced-bidi', 'myapp.ChatService.Chat', []],
    [
      '07-stream-control',
      'myapp.ChatService.Chat',
      [
        '2 unknown-field',
        '3 read-never-assigned',
        '4 decreasing-time',
        '4 unknown-enum-value',
        '8 unknown-field',
      ],
    ],
    ['08-memory-management', 'myapp.ChatService.Chat', []],
    ['09-connection-limits', 'myapp.ChatService.Chat', []],
    ['10-load-balancing', 'myapp.ChatService.Chat', []],
    ['11-stream-errors', 'myapp.ChatService.Chat', []],
    ['12-recovery', 'myapp.NotificationService.Subscribe', ['4 decreasing-time', '4 read-never-assigned']],
  ])('finds in block %s what is wrong with it', (block, method, expected) => {
    const findings = lintScenarios([{ file: `${method}.jsonl`, text: readBlock(block) }], registry);
    expect(findings.map(({ line, rule }) => `${line} ${rule}`)).toEqual(expected);
  });
});
