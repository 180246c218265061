import { once } from 'node:events';
import { connect, constants, createServer, type ServerHttp2Stream, sensitiveHeaders } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { writeLiteralBlock } from '../src/http2/frame-bytes.ts';
import { HpackDecoder } from '../src/http2/hpack-decoder.ts';
import { createTap } from '../src/index.ts';

const bytes = (hex: string) => Buffer.from(hex.replaceAll(' ', ''), 'hex');

function decode(decoder: HpackDecoder, hex: string): string[] {
  return decoder.decode(bytes(hex)).fields.map(({ name, value }) => `${name}: ${value}`);
}

const requests = [
  [':method: GET', ':scheme: http', ':path: /', ':authority: www.example.com'],
  [':method: GET', ':scheme: http', ':path: /', ':authority: www.example.com', 'cache-control: no-cache'],
  [
    ':method: GET',
    ':scheme: https',
    ':path: /index.html',
    ':authority: www.example.com',
    'custom-key: custom-value',
  ],
];

const responses = [
  [
    ':status: 302',
    'cache-control: private',
    'date: Mon, 21 Oct 2013 20:13:21 GMT',
    'location: https://www.example.com',
  ],
  [
    ':status: 307',
    'cache-control: private',
    'date: Mon, 21 Oct 2013 20:13:21 GMT',
    'location: https://www.example.com',
  ],
  [
    ':status: 200',
    'cache-control: private',
    'date: Mon, 21 Oct 2013 20:13:22 GMT',
    'location: https://www.example.com',
    'content-encoding: gzip',
    'set-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1',
  ],
];

describe('HPACK, by the examples of RFC 7541 appendix C', () => {
  test.each([
    [
      'C.2.1',
      '400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572',
      'custom-key: custom-header',
    ],
    ['C.2.2', '040c 2f73 616d 706c 652f 7061 7468', ':path: /sample/path'],
    ['C.2.3', '1008 7061 7373 776f 7264 0673 6563 7265 74', 'password: secret'],
    ['C.2.4', '82', ':method: GET'],
  ])('%s', (_, hex, field) => {
    expect(decode(new HpackDecoder(), hex)).toEqual([field]);
  });

  test.each([
    [
      'C.3, plain strings',
      '8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d',
      '8286 84be 5808 6e6f 2d63 6163 6865',
      '8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65',
    ],
    [
      'C.4, Huffman strings',
      '8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff',
      '8286 84be 5886 a8eb 1064 9cbf',
      '8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf',
    ],
  ])('%s: three requests in one table', (_, ...blocks) => {
    const decoder = new HpackDecoder();
    expect(blocks.map((block) => decode(decoder, block))).toEqual(requests);
  });

  test.each([
    [
      'C.5, plain strings',
      '3fe1 0148 0333 3032 5807 7072 6976 6174 6561 1d4d 6f6e 2c20 3231 204f 6374 2032 3031 3320 3230 3a31 333a 3231 2047 4d54 6e17 6874 7470 733a 2f2f 7777 772e 6578 616d 706c 652e 636f 6d',
      '4803 3330 37c1 c0bf',
      '88c1 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3220 474d 54c0 5a04 677a 6970 7738 666f 6f3d 4153 444a 4b48 514b 425a 584f 5157 454f 5049 5541 5851 5745 4f49 553b 206d 6178 2d61 6765 3d33 3630 303b 2076 6572 7369 6f6e 3d31',
    ],
    [
      'C.6, Huffman strings',
      '3fe1 0148 8264 0258 85ae c377 1a4b 6196 d07a be94 1054 d444 a820 0595 040b 8166 e082 a62d 1bff 6e91 9d29 ad17 1863 c78f 0b97 c8e9 ae82 ae43 d3',
      '4883 640e ffc1 c0bf',
      '88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab 77ad 94e7 821d d7f2 e6c7 b335 dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160 65c0 03ed 4ee5 b106 3d50 07',
    ],
  ])('%s: three responses that evict from a table of 256 bytes', (_, ...blocks) => {
    const decoder = new HpackDecoder();
    expect(blocks.map((block) => decode(decoder, block))).toEqual(responses);
  });
});

describe('HPACK', () => {
  test('tells fields that must never be indexed', () => {
    const { fields } = new HpackDecoder().decode(bytes('1008 7061 7373 776f 7264 0673 6563 7265 74 82'));
    expect(fields).toEqual([
      { name: 'password', value: 'secret', neverIndexed: true },
      { name: ':method', value: 'GET' },
    ]);
  });

  test('empties the table at a size update and names its sizes', () => {
    const decoder = new HpackDecoder();
    decode(decoder, '4003 666f 6f03 6261 72');
    expect(decode(decoder, 'be')).toEqual(['foo: bar']);
    expect(decoder.decode(bytes('20 3fe11f')).sizeUpdates).toEqual([0, 4096]);
    expect(() => decode(decoder, 'be')).toThrow('there is no table entry 62');
  });

  test('keeps a clone apart from its original', () => {
    const decoder = new HpackDecoder();
    decode(decoder, '4003 666f 6f03 6261 72');
    const clone = decoder.clone();
    decode(decoder, '4003 666f 6f03 6261 7a');
    expect([decode(decoder, 'be'), decode(clone, 'be')]).toEqual([['foo: baz'], ['foo: bar']]);
  });

  test.each([
    ['index 0', '80', 'no table entry 0'],
    ['an entry beyond the tables', 'ff00', 'no table entry 127'],
    ['an integer without an end', 'ffffffffffffffff', 'more than 6 bytes'],
    ['a block that ends inside a field', '40', 'ends inside a field'],
    ['a string that is longer than its block', '0003 66', 'ends after its header block'],
    ['EOS in a Huffman string', '0084 ffff ffff 00', 'contains EOS'],
    ['Huffman padding that is not all ones', '0081 18 00', 'wrong padding'],
    ['Huffman padding of a whole byte', '0082 1fff 00', 'wrong padding'],
    ['a table that is larger than allowed', '3fe2 1f', 'exceeds the allowed 4096'],
    ['a size update after a field', '8220', 'follows a field'],
  ])('refuses %s', (_, hex, problem) => {
    expect(() => new HpackDecoder().decode(bytes(hex))).toThrow(problem);
  });

  test('refuses a block that unpacks to more than a mebibyte', () => {
    const long = writeLiteralBlock([{ name: 'x', value: 'y'.repeat(4000) }]);
    long[0] = 0x40;
    const block = Buffer.concat([long, Buffer.alloc(300, 0xbe)]);
    expect(() => new HpackDecoder().decode(block)).toThrow('more than 1048576 bytes of fields');
  });

  test('reads back what it writes as literals', () => {
    const fields = [
      { name: ':path', value: '/x' },
      { name: 'long', value: 'y'.repeat(1000) },
      { name: 'secret', value: 'z', neverIndexed: true as const },
    ];
    const decoded = new HpackDecoder().decode(writeLiteralBlock(fields, [0, 1000]));
    expect(decoded).toEqual({ fields, sizeUpdates: [0, 1000] });
  });

  test('reads every octet that nghttp2 encodes, over many calls in one table', async () => {
    const server = createServer().on('stream', (stream: ServerHttp2Stream, fields) => {
      stream.respond({ ':status': 200, echo: fields.echo });
      stream.end();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    await using tap = await createTap({
      target: { host: '127.0.0.1', port: (server.address() as AddressInfo).port },
    });
    const client = connect(`http://${tap.address}`);
    const latin1 = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code)).filter((character) =>
      /[\t\x20-\x7e\x80-\xff]/.test(character),
    );
    const values = Array.from({ length: 40 }, (_, call) => `${call}${latin1.slice(call * 5).join('')}end`);
    for (const value of values) {
      const call = client.request({
        [constants.HTTP2_HEADER_PATH]: '/',
        echo: value,
        secret: 'x',
        [sensitiveHeaders]: ['secret'],
      });
      call.resume();
      await once(call, 'close');
    }
    client.close();
    server.close();
    const blocks = tap.timeline().frames.filter(({ type }) => type === 'HEADERS');
    const echoes = blocks.map(({ headers }) => headers?.find(({ name }) => name === 'echo')?.value);
    expect(echoes).toEqual(values.flatMap((value) => [value, value]));
    expect(blocks[0]?.headers).toContainEqual({ name: 'secret', value: 'x', neverIndexed: true });
  });
});
