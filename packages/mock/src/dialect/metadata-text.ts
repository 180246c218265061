/** Says what a value of metadata must be; undefined for one that can be sent. Values of `-bin` keys may be joined with commas. */
export function describeMetadataFault(key: string, text: string): string | undefined {
  if (key.endsWith('-bin'))
    return /^[\w+/=, -]*$/.test(text) ? undefined : 'base64, as its key ends in `-bin`';
  if (/^[ -~]*$/.test(text)) return undefined;
  return 'printable ASCII: put other text as base64 under a key that ends in `-bin`';
}
