import { describe, expect, test } from 'vitest';
import { ScriptedCall } from './scripted-call.ts';

const out = (ts: unknown, text: string, more = {}) => ({ dir: 'out', ts, text, ...more });
const rule = (text: unknown, response: unknown, more = {}) => ({ dir: 'in', text, response, ...more });

describe('the timeline', () => {
  test('counts literals from the start, and from the entry before where they decrease', () => {
    const call = new ScriptedCall('Talk', [
      out(0, 'a'),
      out(1000, 'b'),
      out(200, 'c'),
      out(300, 'd'),
      out(100, 'e'),
    ]);
    call.advance(5000);
    expect(call.actions).toEqual(['0 send a', '1000 send b', '1200 send c', '1300 send d', '1400 send e']);
  });

  test('counts templates from the entry before, `at` from the start, `after` from the entry before', () => {
    const call = new ScriptedCall('Talk', [
      out('{{10 * 5}}', 'a'),
      out(100, 'b'),
      { dir: 'out', after: 50, text: 'c' },
      { dir: 'out', at: 400, text: 'd' },
      { dir: 'out', at: 200, text: 'e' },
      { dir: 'out', text: 'f' },
    ]);
    call.advance(1000);
    expect(call.actions).toEqual([
      '50 send a',
      '100 send b',
      '150 send c',
      '400 send d',
      '400 send e',
      '400 send f',
    ]);
  });

  test('goes on while messages are answered', () => {
    const call = new ScriptedCall('Talk', [out(0, 'a'), out(100, 'b'), rule('.*', 'reply', { ts: 30 })]);
    call.advance(50).receive('x').advance(100);
    expect(call.actions).toEqual(['0 send a', '80 send reply', '100 send b']);
  });

  test('waits for a message that matches, and counts on from there', () => {
    const call = new ScriptedCall('Talk', [out(100, 'a'), out(10, 'b', { waitFor: 'go' }), out(50, 'c')]);
    call.advance(150).receive('stay').advance(100).receive('go').advance(1000);
    expect(call.actions).toEqual(['100 send a', '260 send b', '300 send c']);
  });

  test('takes a message that came before it was waited for, each one once', () => {
    const call = new ScriptedCall('Talk', [
      out(100, 'a', { waitFor: 'go' }),
      { dir: 'out', waitFor: 'go' },
      { dir: 'out', waitFor: { type: 'LAST' }, text: 'b' },
    ]);
    call.receive('go').receive('go').receive({ type: 'LAST' }).advance(100);
    expect(call.actions).toEqual(['100 send a', '100 send b']);
  });

  test('waits for the end of the requests', () => {
    const lines = [
      { scenario: { halfClose: 'drain' } },
      { dir: 'out', waitForEnd: true, after: 20, text: 'a' },
    ];
    const call = new ScriptedCall('Talk', lines).advance(100).halfClose().advance(20);
    expect(call.actions).toEqual(['120 send a', '120 end 0']);
  });

  test('repeats what is periodic beside the rest, as often as it shall', () => {
    const call = new ScriptedCall('Talk', [out(10, 'tick', { every: 100, times: 3 }), out(150, 'a')]).advance(
      1000,
    );
    expect(call.actions).toEqual(['10 send tick', '110 send tick', '150 send a', '210 send tick']);
  });

  test('does not end a server stream before its periodic entries have', () => {
    const call = new ScriptedCall('Watch', [out(0, 'tick', { every: 100, times: 3 })])
      .receive('x')
      .halfClose();
    call.advance(199);
    expect(call.end).toBeUndefined();
    call.advance(1);
    expect(call.actions).toEqual(['0 send tick', '100 send tick', '200 send tick', '200 end 0']);
  });

  test('asks a periodic entry for its condition each time', () => {
    const call = new ScriptedCall('Talk', [
      out(0, 'tick', { every: 10, condition: '{{request.ws.state.on}}' }),
      rule('on', undefined, { on: true }),
    ]);
    call.advance(25).receive('on').advance(10);
    expect(call.actions).toEqual(['30 send tick']);
  });

  test('does not spin on a periodic entry without an interval whose condition is false', () => {
    const call = new ScriptedCall('Talk', [
      out(0, 'tick', { every: 0, condition: '{{request.ws.index > 0}}', times: 5 }),
    ]);
    call.advance(2).receive('x').advance(10);
    expect(call.actions.every((action) => action.endsWith('tick'))).toBe(true);
  });

  test('leaves out what is not eligible when it is due', () => {
    const call = new ScriptedCall('Talk', [
      out(0, 'a', { condition: '{{request.stream_enabled}}' }),
      out(5, 'b'),
    ]);
    call.receive({ streamEnabled: true }).advance(10);
    expect(call.actions).toEqual(['5 send b']);
  });

  test('keeps an entry armed whose condition looks at messages or state, and fires it once', () => {
    const call = new ScriptedCall('Talk', [
      out(10, 'bye', { condition: "{{request.ws.message.type === 'END'}}" }),
    ]);
    call.receive({ type: 'END' }).advance(5).receive({ type: 'GO' }).advance(10);
    expect(call.actions).toEqual([]);
    call.receive({ type: 'END' }).receive({ type: 'END' }).advance(100);
    expect(call.actions).toEqual(['15 send bye']);
  });

  test('is not there for a server stream before the request', () => {
    const call = new ScriptedCall('Watch', [out(5, '{{request.content}}')]).advance(100);
    expect(call.actions).toEqual([]);
    call.receive('x').halfClose().advance(5);
    expect(call.actions).toEqual(['105 send x', '105 end 0']);
  });

  test('is played after what a rule answers to the request of a server stream', () => {
    const call = new ScriptedCall('Watch', [out(0, 'a'), out(5, 'b'), rule('.*', 'reply')]);
    call.receive('x').halfClose().advance(5);
    expect(call.actions).toEqual(['0 send reply', '0 send a', '5 send b', '5 end 0']);
  });
});

describe('a rule', () => {
  test('sees the state before it, and changes it all at once', () => {
    const call = new ScriptedCall('Talk', [
      rule('.*', '{{request.ws.state.n}} {{request.ws.state.m}}', {
        n: '{{request.ws.state.n + 1}}',
        m: '{{request.ws.state.n}}',
      }),
    ]);
    call.receive('x').receive('x').receive('x');
    expect(call.actions).toEqual(['0 send  ', '0 send 1 ', '0 send 2 1']);
  });

  test('replaces the label before, and leaves variables', () => {
    const call = new ScriptedCall(
      'Talk',
      [
        rule('in', 'a', { state: 'inside', count: 1 }),
        rule('out', 'b', { state: 'outside' }),
        rule('?', undefined),
        rule('show.*', '{{request.ws.state.inside}}/{{request.ws.state.outside}}/{{request.ws.state.count}}'),
      ].filter(({ text }) => text !== '?'),
    );
    call.receive('in').receive('show').receive('out').receive('show');
    expect(call.actions.map((action) => action.slice(2))).toEqual([
      'send a',
      'send true//1',
      'send b',
      'send /true/1',
    ]);
  });

  test('that has no response takes the message and stays silent', () => {
    const call = new ScriptedCall('Talk', [rule('quiet', undefined), rule('.*', 'loud')]);
    call.receive('quiet').receive('x');
    expect(call.actions).toEqual(['0 send loud']);
  });

  test('answers in the order of the messages, whatever the delays', () => {
    const call = new ScriptedCall('Talk', [
      rule('slow', 'slow', { ts: 100 }),
      rule('fast', 'fast', { ts: 1 }),
    ]);
    call.receive('slow').receive('fast').advance(200);
    expect(call.actions).toEqual(['100 send slow', '100 send fast']);
  });

  test('gives the time at which its reply is sent', () => {
    const call = new ScriptedCall('Talk', [rule('.*', '{{now}}', { ts: 1500 })]).receive('x').advance(1500);
    expect(call.actions).toEqual(['1500 send 2000-01-01T00:00:01.500Z']);
  });

  test('whose payload fails at run time ends the call with the line', () => {
    const call = new ScriptedCall('Talk', [
      rule('.*', '{"interval":"{{request.ws.message.content}}"}'),
    ]).receive('abc');
    expect(call.end).toMatchObject({
      code: 13,
      details: expect.stringContaining('myapp.ControlService.Talk.jsonl:1: '),
    });
  });

  test('makes computed values fit their fields', () => {
    const response = {
      content: '{{request.ws.index}}',
      interval: '{{request.ws.message.content}}',
      stream_enabled: "{{'true'}}",
    };
    const call = new ScriptedCall('Talk', [rule('.*', response)]).receive('12');
    expect(call.events.find(({ kind }) => kind === 'sent')?.message).toMatchObject({ interval: '12' });
    expect(call.actions).toEqual(['0 send 1']);
  });

  test('never lets the text of a client become structure', () => {
    const call = new ScriptedCall('Talk', [
      rule('.*', '{"content":"{{request.ws.message.content}}"}'),
      rule('plain.*', '{{request.ws.message.content}}'),
    ]);
    call.receive('","type":"HACKED').receive('plain {"type":"HACKED"}');
    expect(call.actions).toEqual(['0 send ","type":"HACKED', '0 send plain {"type":"HACKED"}']);
  });

  test('expands a payload that is JSON only once it is expanded', () => {
    const call = new ScriptedCall('Talk', [
      rule('.*', '{"content":"n","interval":{{request.ws.index}}}'),
    ]).receive('x');
    expect(call.events.find(({ kind }) => kind === 'sent')?.message).toEqual({ content: 'n', interval: 1 });
  });
});

describe('the end', () => {
  test.each([
    ['close after the message', { close: true }, ['0 send a', '0 end 0']],
    ['error instead of the message', { error: true }, ['0 end 14 a']],
    ['error with a code', { error: 'NOT_FOUND' }, ['0 end 5']],
    [
      'error with all',
      { error: { code: 'ABORTED', message: 'no {{1 + 1}}' }, trailers: { why: 'x{{1}}' } },
      ['0 end 10 no 2 {"why":"x1"}'],
    ],
    [
      'reset after the message',
      { reset: 'ENHANCE_YOUR_CALM' },
      ['0 send a', '0 fault reset ENHANCE_YOUR_CALM'],
    ],
    ['no trailers', { noTrailers: true }, ['0 send a', '0 fault no-trailers']],
    ['socket reset', { socket: 'reset' }, ['0 send a', '0 fault socket-reset']],
    ['goaway, and on', { goaway: true }, ['0 send a', '0 fault goaway NO_ERROR', '5 send b']],
  ])('%s', (_, more, expected) => {
    const call = new ScriptedCall('Talk', [out(0, 'a', more), out(5, 'b')]).advance(10);
    expect(call.actions).toEqual(expected);
  });

  test('of a bidirectional call comes with the half-close, after the replies that are on their way', () => {
    const call = new ScriptedCall('Talk', [rule('.*', 'reply', { ts: 50 }), out(100, 'never')])
      .receive('x')
      .halfClose();
    call.advance(200);
    expect(call.actions).toEqual(['50 send reply', '50 end 0']);
  });

  test('of a bidirectional call waits for the timeline where it shall drain', () => {
    const lines = [{ scenario: { halfClose: 'drain' } }, out(100, 'late')];
    const call = new ScriptedCall('Talk', lines).halfClose().advance(200);
    expect(call.actions).toEqual(['100 send late', '100 end 0']);
  });

  test('of a bidirectional call does not come with the end of the timeline', () => {
    const call = new ScriptedCall('Talk', [out(0, 'a')]).advance(1000);
    expect(call.end).toBeUndefined();
  });

  test('of a unary call comes with its first reply', () => {
    const call = new ScriptedCall('Ask', [
      rule('hi', 'rule'),
      out(5, 'no', { condition: '{{false}}' }),
      out(10, 'first'),
      out(20, 'second'),
    ]);
    call.receive('x').halfClose().advance(50);
    expect(call.actions).toEqual(['10 send first', '10 end 0']);
    expect(
      new ScriptedCall('Ask', [rule('hi', 'rule'), out(0, 'out')]).receive('hi').halfClose().actions,
    ).toEqual(['0 send rule', '0 end 0']);
  });

  test('of a unary call that nothing answers names the nearest rule', () => {
    const call = new ScriptedCall('Ask', [rule({ type: 'A', interval: 2 }, 'x'), rule({ type: 'B' }, 'y')]);
    call.receive({ type: 'A' }).halfClose();
    expect(call.end).toMatchObject({
      code: 5,
      details: expect.stringContaining('nearest is myapp.ControlService.Ask.jsonl:1: `interval` is 0, not 2'),
    });
    expect(call.end?.statusDetails?.[0]?.typeUrl).toMatch(/ErrorInfo$/);
  });

  test('of a client stream sends the last response at the half-close', () => {
    const call = new ScriptedCall('Send', [rule('.*', 'got {{request.ws.message.content}}', { ts: 10 })]);
    call.receive('a').receive('b').halfClose().advance(10);
    expect(call.actions).toEqual(['10 send got b', '10 end 0']);
  });

  test('of a client stream comes early with `close`', () => {
    const call = new ScriptedCall('Send', [rule('stop', 'enough', { close: true })])
      .receive('a')
      .receive('stop')
      .receive('b');
    expect(call.actions).toEqual(['0 send enough', '0 end 0']);
  });

  test('of a client stream without a response is NOT_FOUND', () => {
    expect(new ScriptedCall('Send', [rule('a', 'x')]).receive('b').halfClose().end).toMatchObject({
      code: 5,
    });
  });

  test('of a client stream may come from the timeline', () => {
    const call = new ScriptedCall('Send', [out(100, 'done')]).receive('a').halfClose().advance(100);
    expect(call.actions).toEqual(['100 send done', '100 end 0']);
  });

  test('is told once, and nothing happens after it', () => {
    const call = new ScriptedCall('Talk', [
      out(0, 'a', { close: true }),
      out(10, 'b', { every: 1 }),
      rule('.*', 'c'),
    ]);
    call.receive('x').halfClose().advance(100);
    call.conversation.terminate({ code: 14, details: '' });
    expect(call.actions).toEqual(['0 send a', '0 end 0']);
  });
});

describe('what bounds a stream', () => {
  test('is the time in which nothing happens', () => {
    const call = new ScriptedCall('Talk', [rule('.*', 'reply', { ts: 80 })], {
      limits: { streamTimeoutMs: 100 },
    });
    call.advance(90).receive('x').advance(179);
    expect(call.end).toBeUndefined();
    call.advance(1);
    expect(call.actions).toEqual(['170 send reply', '270 end 4 nothing happened for 100 ms']);
  });

  test('is not the time in which an entry is to come', () => {
    const call = new ScriptedCall('Talk', [out(500, 'a'), out(0, 'b', { waitFor: 'go' })], {
      limits: { streamTimeoutMs: 100 },
    });
    call.advance(599);
    expect(call.end).toBeUndefined();
    call.advance(1);
    expect(call.actions).toEqual(['500 send a', '600 end 4 nothing happened for 100 ms']);
  });

  test.each([
    ['received', [{ dir: 'in', text: '.*' }], 'more than 2 messages received'],
    ['sent', [out(0, 'a', { every: 0, times: 3 })], 'more than 2 messages to send'],
  ])('is the number of messages %s', (_, lines, details) => {
    const call = new ScriptedCall('Talk', lines, { limits: { maxStreamMessages: 2 } });
    call.receive('x').receive('x').receive('x');
    expect(call.end).toMatchObject({ code: 8, details });
  });

  test('is the latency that puts off each reply and each due time, in order', () => {
    const limits = { latencyMinMs: 10, latencyMaxMs: 20 };
    const lines = [out(0, 'a'), out(1, 'b'), out(2, 'c'), rule('.*', 'r')];
    const call = new ScriptedCall('Talk', lines, { limits }).receive('x').receive('y').advance(100);
    const times = call.actions.filter((action) => !action.endsWith('r')).map(Number.parseFloat);
    expect(times).toHaveLength(3);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(
      call.actions.every((action) => Number.parseFloat(action) >= 10 && Number.parseFloat(action) <= 22),
    ).toBe(true);
  });

  test('is the transport: a timeline asks for room, and catches up', () => {
    const lines = Array.from({ length: 20 }, (_, index) => out(index, String(index)));
    const call = new ScriptedCall('Talk', lines, { isSlow: true }).advance(100);
    expect(call.actions).toHaveLength(16);
    call.take(1);
    expect(call.actions.at(-1)).toBe('100 send 16');
    call.take(16).take(16);
    expect(call.actions).toHaveLength(20);
    expect(call.events.filter(({ kind }) => kind === 'sent').at(-1)).toMatchObject({
      scheduledMs: 19,
      atMs: 100,
    });
  });

  test('is the buffer of replies: a stream whose replies cannot leave is read no further', () => {
    const call = new ScriptedCall('Talk', [rule('.*', 'r')], {
      isSlow: true,
      limits: { streamBufferSize: 3 },
    });
    for (let message = 0; message < 18; message++) call.receive('x');
    expect(call.reads).toBe(18);
    call.receive('x');
    expect(call.reads).toBe(18);
    call.take(1);
    expect(call.reads).toBe(19);
  });

  test('is large messages: they leave one at a time', () => {
    const call = new ScriptedCall('Talk', [out(0, 'x'.repeat(300_000), { every: 0, times: 3 })], {
      isSlow: true,
    });
    expect(call.actions).toHaveLength(1);
    call.take(1);
    expect(call.actions).toHaveLength(2);
  });

  test('is a pause in reading', () => {
    const call = new ScriptedCall('Talk', [rule('.*', undefined, { pauseRead: 100 })])
      .receive('x')
      .advance(99);
    expect(call.reads).toBe(0);
    call.advance(1);
    expect(call.reads).toBe(1);
  });
});

describe('metadata', () => {
  test('goes with the headers, and too late is noted', () => {
    const call = new ScriptedCall('Talk', [
      out(0, 'a', { metadata: { x: '{{1 + 1}}' } }),
      out(1, 'b', { metadata: { y: '1' } }),
    ]).advance(5);
    expect(call.actions).toEqual(['0 headers {"x":"2"}', '0 send a', '1 send b']);
    expect(call.events.find(({ kind }) => kind === 'note')?.text).toContain('too late');
  });

  test('announces compression where any message is compressed', () => {
    const call = new ScriptedCall('Talk', [out(0, 'a'), out(1, 'b', { compress: true, chunk: 3 })]).advance(
      5,
    );
    expect(call.actions[0]).toBe('0 headers {"grpc-encoding":"gzip"}');
    expect(call.options).toEqual([{}, { compress: true, chunkBytes: 3 }]);
  });
});

describe('a pushed message', () => {
  test('comes after the replies that wait, and must fit the type', () => {
    const call = new ScriptedCall('Talk', [rule('.*', 'reply', { ts: 10 })]).receive('x');
    call.conversation.push({ content: 'pushed' });
    call.advance(10);
    expect(call.actions).toEqual(['10 send reply', '10 send pushed']);
    expect(() => call.conversation.push({ contnt: 'x' })).toThrow('contnt');
  });
});
