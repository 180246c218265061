/** Is thrown for arguments that make no sense, with a sentence for whoever typed them. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
