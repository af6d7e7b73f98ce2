import { Tokenization } from 'aws-cdk-lib';
import { fail } from '../../private/errors';
import type { RenderedUserData } from './amazon-linux-renderer';
import { isPlainToken } from './harmless-token';

/**
 * EC2's limit, before base64 (EC2 guide, "Run commands when you launch an EC2 instance with user data
 * input").
 */
export const MAX_USER_DATA_BYTES = 16_384;

/** How long a value that only CloudFormation knows is taken to be. */
const LIKELY_TOKEN_BYTES = 128;
const LIKELY_ENCODED_TOKEN_BYTES = Math.ceil(LIKELY_TOKEN_BYTES / 3) * 4;

/** Bytes of a text of 7-bit characters, tokens counted at a likely length. */
export function likelyBytes(text: string): number {
  let rest = text.length;
  let tokens = 0;
  Tokenization.reverseString(text).mapTokens({
    mapToken: (token) => {
      rest -= token.toString().length;
      tokens += isPlainToken(token) ? LIKELY_TOKEN_BYTES : LIKELY_ENCODED_TOKEN_BYTES;
      return token;
    },
  });
  return rest + tokens;
}

/** EC2 refuses larger user data when an instance is launched, so it is refused here. */
export function checkUserDataSize({ text, sections }: RenderedUserData): void {
  const bytes = likelyBytes(text);
  if (bytes <= MAX_USER_DATA_BYTES) return;
  const parts = sections.map((section) => `${section.name} ${likelyBytes(section.text)}`).join(', ');
  fail(
    'UserDataTooLarge',
    `the user data must be at most ${MAX_USER_DATA_BYTES} bytes, got: about ${bytes} (${parts}). Put ` +
      'what is large into your own machine image, or into an S3 object that a step downloads',
  );
}
