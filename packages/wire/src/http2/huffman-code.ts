import { DecodeProblem } from './decode-problem.ts';

/**
 * The code's lengths in bits for the symbols 0 to 256 (256 is EOS), `a` standing for 1. The code is canonical, so the
 * lengths are all there is to know.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7541#appendix-B
 */
const lengths =
  'mw|||||||x~||~||||||||~|||||||||fjjlmfhkjjhkhfffeeefffffffghoflj' +
  'mfgggggggggggggggggggggghghmsmnfoefefefffeggfffefgfeefgggggoknm|' +
  'tvttvvvwvwwwwwxwxxvwxwwwwuvwvwwxvutvvwwuwvvxuvwwuuvuwvwwtvvvwvvw' +
  'zztsvwvyzzz{{zxysuz{{z{xuuzz|{{{txtuvuuwvvyyxxzwz{zz{{{{{|{{{{{z~';

const symbols: number[] = [];
const firstCode: number[] = [];
const firstSymbol: number[] = [];
const count: number[] = [];

for (let length = 1, code = 0; length <= 30; length++) {
  code <<= 1;
  firstCode[length] = code;
  firstSymbol[length] = symbols.length;
  for (let symbol = 0; symbol <= 256; symbol++) {
    if (lengths.charCodeAt(symbol) - 96 === length) symbols.push(symbol);
  }
  count[length] = symbols.length - (firstSymbol[length] ?? 0);
  code += count[length] ?? 0;
}

/**
 * Decodes the bytes between `start` and `end` to a Latin-1 string.
 *
 * @throws DecodeProblem for EOS inside the string and for padding that is longer than 7 bits or not all ones
 */
export function decodeHuffman(bytes: Uint8Array, start: number, end: number): string {
  const decoded: number[] = [];
  let code = 0;
  let length = 0;
  for (let position = start; position < end; position++) {
    const byte = bytes[position] ?? 0;
    for (let bit = 7; bit >= 0; bit--) {
      code = (code << 1) | ((byte >> bit) & 1);
      length++;
      const index = code - (firstCode[length] ?? 0);
      if (index >= (count[length] ?? 0)) continue;
      const symbol = symbols[(firstSymbol[length] ?? 0) + index] ?? 256;
      if (symbol === 256) throw new DecodeProblem('hpack', 'a Huffman string contains EOS');
      decoded.push(symbol);
      code = 0;
      length = 0;
    }
  }
  if (length > 7 || code !== (1 << length) - 1)
    throw new DecodeProblem('hpack', 'a Huffman string has wrong padding');
  return Buffer.from(decoded).toString('latin1');
}
