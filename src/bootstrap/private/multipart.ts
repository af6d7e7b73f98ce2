/**
 * Fixed, since the rendered bytes are a contract. A text that contains it is never written to the letter, and
 * none of its characters can come from a token that is.
 */
export const BOUNDARY = '?(+)?';

/** One part of a user data that has several. */
export interface Part {
  readonly type: 'text/cloud-boothook' | 'text/part-handler' | 'text/x-shellscript';
  readonly body: string;
}

/**
 * Whether a user data is being rendered as a part of CDK's `MultipartUserData`, which labels it a script. CDK
 * asks a part for nothing but its text, so only the stack says who asks.
 */
export function isAskedForAPart(): boolean {
  return /MultipartBodyUserDataWrapper\.renderBodyPart/.test(new Error().stack ?? '');
}

/** Whether a command is the beginning of a MIME message: a rendered `MultipartUserData`. */
export function isMimeMessage(command: string): boolean {
  return /^(MIME-Version|Content-Type):/i.test(command);
}

/** A MIME message of 7-bit text, as cloud-init reads it. */
export function multipart(parts: readonly Part[]): string {
  const bodies = parts.map(({ type, body }) => `--${BOUNDARY}\nContent-Type: ${type}\n\n${body}\n`);
  return (
    'MIME-Version: 1.0\n' +
    `Content-Type: multipart/mixed; boundary="${BOUNDARY}"\n\n` +
    `${bodies.join('')}--${BOUNDARY}--\n`
  );
}
