import { DecodeProblem } from './decode-problem.ts';
import { decodeHuffman } from './huffman-code.ts';
import { staticTable } from './static-table.ts';

/** One field of a header block. */
export interface HeaderField {
  name: string;
  value: string;
  /** Whether the sender forbids every hop to put the field into a compression table. */
  neverIndexed?: true;
}

/** A decoded header block. */
export interface HeaderBlock {
  fields: HeaderField[];
  /** The dynamic table sizes that the block announced, in order. */
  sizeUpdates: number[];
}

/** Names, values and 32 bytes for each field, summed over a block; a hostile block of 16 KiB could ask for 64 MiB. */
const maxListBytes = 1024 * 1024;
const fieldOverhead = 32;

/** Undoes the header compression of one direction of a connection. */
export class HpackDecoder {
  /** The largest dynamic table that the receiver has allowed, in bytes. */
  maxTableBytes = 4096;
  #tableBytes = 0;
  #tableLimit = 4096;
  #table: HeaderField[] = [];
  #block: Uint8Array = new Uint8Array();
  #position = 0;

  /** Makes a decoder that continues from the same state. */
  clone(): HpackDecoder {
    const copy = new HpackDecoder();
    copy.maxTableBytes = this.maxTableBytes;
    copy.#tableBytes = this.#tableBytes;
    copy.#tableLimit = this.#tableLimit;
    copy.#table = [...this.#table];
    return copy;
  }

  /**
   * Decodes a whole header block.
   *
   * @throws DecodeProblem for what RFC 7541 calls a decoding error, and for a block of more than 1 MiB of fields
   */
  decode(block: Uint8Array): HeaderBlock {
    this.#block = block;
    this.#position = 0;
    const fields: HeaderField[] = [];
    const sizeUpdates: number[] = [];
    let listBytes = 0;
    while (this.#position < block.length) {
      const byte = block[this.#position] ?? 0;
      if ((byte & 0xe0) === 0x20) {
        if (fields.length > 0) throw new DecodeProblem('hpack', 'a table size update follows a field');
        sizeUpdates.push(this.#updateSize());
        continue;
      }
      const field = this.#readField(byte);
      listBytes += field.name.length + field.value.length + fieldOverhead;
      if (listBytes > maxListBytes)
        throw new DecodeProblem('limit', `a header block has more than ${maxListBytes} bytes of fields`);
      fields.push(field);
    }
    return { fields, sizeUpdates };
  }

  #readField(byte: number): HeaderField {
    if (byte & 0x80) {
      const { name, value } = this.#lookUp(this.#readInteger(7));
      return { name, value };
    }
    const isIndexed = (byte & 0x40) !== 0;
    const index = this.#readInteger(isIndexed ? 6 : 4);
    const name = index === 0 ? this.#readString() : this.#lookUp(index).name;
    const field: HeaderField = { name, value: this.#readString() };
    if (isIndexed) this.#insert({ name: field.name, value: field.value });
    else if (byte & 0x10) field.neverIndexed = true;
    return field;
  }

  #updateSize(): number {
    const size = this.#readInteger(5);
    if (size > this.maxTableBytes)
      throw new DecodeProblem('hpack', `a table size of ${size} exceeds the allowed ${this.maxTableBytes}`);
    this.#tableLimit = size;
    this.#evict(0);
    return size;
  }

  #lookUp(index: number): { name: string; value: string } {
    const fixed = staticTable[index - 1];
    if (fixed) return { name: fixed[0], value: fixed[1] };
    const field = this.#table[this.#table.length - (index - staticTable.length)];
    if (!field || index === 0) throw new DecodeProblem('hpack', `there is no table entry ${index}`);
    return field;
  }

  #insert(field: HeaderField): void {
    const bytes = field.name.length + field.value.length + fieldOverhead;
    this.#evict(bytes);
    if (bytes > this.#tableLimit) return;
    this.#table.push(field);
    this.#tableBytes += bytes;
  }

  #evict(room: number): void {
    while (this.#tableBytes + room > this.#tableLimit) {
      const oldest = this.#table.shift();
      if (!oldest) return;
      this.#tableBytes -= oldest.name.length + oldest.value.length + fieldOverhead;
    }
  }

  #readInteger(prefixBits: number): number {
    const mask = 2 ** prefixBits - 1;
    let value = this.#readByte() & mask;
    if (value < mask) return value;
    for (let shift = 0; shift <= 28; shift += 7) {
      const byte = this.#readByte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new DecodeProblem('hpack', 'an integer has more than 6 bytes');
  }

  #readString(): string {
    const isHuffman = ((this.#block[this.#position] ?? 0) & 0x80) !== 0;
    const length = this.#readInteger(7);
    const start = this.#position;
    const end = start + length;
    if (end > this.#block.length) throw new DecodeProblem('hpack', 'a string ends after its header block');
    this.#position = end;
    if (isHuffman) return decodeHuffman(this.#block, start, end);
    return Buffer.from(this.#block.buffer, this.#block.byteOffset + start, length).toString('latin1');
  }

  #readByte(): number {
    const byte = this.#block[this.#position++];
    if (byte === undefined) throw new DecodeProblem('hpack', 'a header block ends inside a field');
    return byte;
  }
}
