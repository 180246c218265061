/** What went wrong inside the World, in the words of the operating system, as databases and file systems report it. */
export type WorldErrorCode = 'ENOENT' | 'EEXIST' | 'EACCES' | 'EDQUOT' | 'EIO' | 'EBUSY';

/**
 * A failure of the store or the source. Its message may name things that must never reach a peer.
 *
 * `ENOENT`: there is no such thing. `EEXIST`: there is one already. `EACCES`: not allowed. `EDQUOT`: a quota is used up.
 * `EBUSY`: in use, try again later. `EIO`: the device failed.
 */
export class WorldError extends Error {
  readonly code: WorldErrorCode;

  constructor(code: WorldErrorCode, message: string) {
    super(message);
    this.name = 'WorldError';
    this.code = code;
  }
}
