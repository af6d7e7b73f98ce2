/**
 * The last sentence of a message, for users of Python alone. The client of jsii says which language it is
 * for.
 */
export function inPython(sentence: string): string {
  return /^Python\//.test(process.env.JSII_AGENT ?? '') ? `. ${sentence}` : '';
}
