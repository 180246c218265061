import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { durationFromMs } from '@bufbuild/protobuf/wkt';
import {
  type CheckFinished,
  CheckFinishedSchema,
  CheckState,
  type Event,
  EventSchema,
  NoticeKind,
} from '@streamlings/proto/streamlings/result/v1/result';
import { describe, expect, it } from 'vitest';
import { createTextReport, formatVerdict, scoreOf, toJsonLine, toJunit } from '../src/report/index.ts';

const plain = { color: false, width: 100 };

const failed: CheckFinished = create(CheckFinishedSchema, {
  name: 'stops producing when the client cancels',
  state: CheckState.FAILED,
  label: 'messages produced after the cancel',
  expected: '0',
  received: '37',
  spec: { file: 'checks.ts', line: 58, text: 'expect(producedAfterCancel).toBe(0)' },
  wire: ['0 ms   client → server  HEADERS'],
  log: [{ at: durationFromMs(4), subject: 'source', text: 'item 37' }],
  hint: 'The call tells you when it is over. Who in your handler is listening?',
});

type Body = NonNullable<MessageInitShape<typeof EventSchema>['body']>;

const passed = { ...failed, name: 'sends <each> item', state: CheckState.PASSED, wire: [] };
const source = { file: 'src/a.ts', line: 1, column: 2 };
const bodies: Body[] = [
  { case: 'runStarted', value: { nodeVersion: '26.10.0', checks: [{ step: 1, group: 'ServerStreaming' }] } },
  { case: 'checkFinished', value: passed },
  { case: 'checkFinished', value: failed },
  { case: 'checkFinished', value: { ...failed, name: 'second failure' } },
  { case: 'checkFinished', value: { ...failed, name: 'left out', state: CheckState.NOT_RUN } },
  { case: 'checkFinished', value: { ...failed, name: 'trap', state: CheckState.ENVIRONMENT } },
  { case: 'notice', value: { kind: NoticeKind.TYPES, text: 'TS1: no', source } },
  { case: 'runFinished', value: { passed: 1, total: 5 } },
];
const events = bodies.map((body, index) =>
  create(EventSchema, { lesson: 'lesson-02', seq: index + 1, step: 1, body }),
);

describe('a failed verdict as text', () => {
  it('reads label, diff, line of the spec, wire and hint, in this order', () => {
    expect(formatVerdict(failed, 'ServerStreaming', plain)).toBe(
      [
        ' FAIL  ServerStreaming > stops producing when the client cancels',
        ' messages produced after the cancel: expected 0, received 37',
        '   ❯ checks.ts:58  expect(producedAfterCancel).toBe(0)',
        ' wire',
        '   0 ms   client → server  HEADERS',
        ' hint',
        '   The call tells you when it is over. Who in your handler is listening?',
      ].join('\n'),
    );
  });

  it('shows what the harness saw by itself where no frame was seen', () => {
    const text = formatVerdict({ ...failed, wire: [] }, 'ServerStreaming', plain);
    expect(text).toContain([' log', '     4 ms  source  item 37', ' hint'].join('\n'));
  });

  it('keeps within the width', () => {
    const lines = formatVerdict(failed, 'ServerStreaming', { color: false, width: 40 }).split('\n');
    expect(lines.slice(0, 2)).toEqual([
      ' FAIL  ServerStreaming > stops producing',
      '       when the client cancels',
    ]);
    for (const line of lines.filter((text) => !text.includes('❯')))
      expect(line.length).toBeLessThanOrEqual(40);
  });

  it('has colours only when asked for', () => {
    expect(formatVerdict(failed, '', plain)).not.toContain('\u001b[');
    expect(formatVerdict(failed, '', { ...plain, color: true })).toContain('\u001b[');
  });
});

describe('a text report', () => {
  it('writes a line for each check and the first failure of a step in full', () => {
    let text = '';
    const report = createTextReport((part) => {
      text += part;
    }, plain);
    for (const event of events) report.add(event);
    expect(text.match(/^ hint$/gm)).toHaveLength(1);
    expect(text).toContain(' PASS  ServerStreaming > sends <each> item\n');
    expect(text).toContain(' FAIL  ServerStreaming > second failure\n');
    expect(text).toContain(' NOT RUN  ServerStreaming > left out, because of the failure above\n');
    expect(text).toContain('types  src/a.ts:1:2 TS1: no\n');
    expect(text.trimEnd().split('\n').at(-1)).toBe('1 of 5 checks passed');
  });
});

describe('what a check has printed', () => {
  const output = (text: string): Body => ({ case: 'notice', value: { kind: NoticeKind.OUTPUT, text } });
  const write = (...bodies: Body[]): string => {
    let text = '';
    const report = createTextReport((part) => {
      text += part;
    }, plain);
    for (const body of bodies) report.add(create(EventSchema, { step: 1, body }));
    return text;
  };

  it('stands below its name, and above what it failed with', () => {
    const text = write(output('one\ntwo'), { case: 'checkFinished', value: failed });
    expect(text.split('\n').slice(0, 4)).toEqual([
      ' FAIL  stops producing when the client cancels',
      '  | one',
      '  | two',
      ' messages produced after the cancel: expected 0, received 37',
    ]);
  });

  it('is not lost with a check that never came to an end', () => {
    expect(write(output('one'), { case: 'runFinished', value: { cancelled: true } })).toBe(
      '  | one\nstopped\n',
    );
  });
});

describe('a JUnit document', () => {
  it('counts and escapes', () => {
    const xml = toJunit(events);
    expect(xml).toContain('<testsuite name="lesson-02" tests="5" failures="2" errors="1" skipped="1">');
    expect(xml).toContain('name="sends &lt;each&gt; item"');
    expect(xml).toContain('<failure message="messages produced after the cancel">');
    expect(xml.match(/<testcase /g)).toHaveLength(5);
  });

  it('leaves out characters that XML cannot carry', () => {
    const bell = create(EventSchema, {
      body: { case: 'checkFinished', value: { name: 'rings \u0007', state: CheckState.PASSED } },
    });
    expect(toJunit([bell])).toContain('name="rings "');
  });
});

describe('a score', () => {
  it('is ok only when everything of something passed', () => {
    expect(scoreOf(events)).toEqual({ passed: 1, total: 5, ok: false });
    expect(scoreOf([])).toEqual({ passed: 0, total: 0, ok: false });
    const finished = (value: object) =>
      scoreOf([create(EventSchema, { body: { case: 'runFinished', value } })]).ok;
    expect(finished({ passed: 2, total: 2 })).toBe(true);
    expect(finished({ passed: 2, total: 2, cancelled: true })).toBe(false);
    expect(finished({ passed: 0, total: 0 })).toBe(false);
  });
});

describe('a JSON line', () => {
  it('is ProtoJSON without line breaks', () => {
    const line = toJsonLine(events[2] as Event);
    expect(line).not.toContain('\n');
    expect(JSON.parse(line)).toMatchObject({
      lesson: 'lesson-02',
      checkFinished: { state: 'CHECK_STATE_FAILED' },
    });
  });
});
