import { deflateRawSync } from 'node:zlib';

/** Shorter texts are not compressed by anybody. */
const MIN_COMPRESSED_LENGTH = 1024;

let isCompressible = false;

/** Notes a text that a suite has sent; a subject calls it where the compressibility of texts matters. */
export function noteText(text: string): void {
  if (text.length < MIN_COMPRESSED_LENGTH) return;
  isCompressible ||= deflateRawSync(text).length < text.length / 4;
}

/** Whether a long text was noted that compression makes short. */
export function hasNotedCompressible(): boolean {
  return isCompressible;
}
