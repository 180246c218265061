/** Why the bytes of a connection cannot be decoded any further. */
export type ProblemCode = 'preface' | 'protocol' | 'frame-size' | 'hpack' | 'limit' | 'internal';

/** Is thrown where bytes break HTTP/2 or a limit of the decoder. */
export class DecodeProblem extends Error {
  override readonly name = 'DecodeProblem';
  readonly code: ProblemCode;

  constructor(code: ProblemCode, message: string) {
    super(message);
    this.code = code;
  }
}
