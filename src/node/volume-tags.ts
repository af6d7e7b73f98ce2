import { Token } from 'aws-cdk-lib';
import { text } from '../private/bounds';
import { fail, quoteForMessage } from '../private/errors';
import { mapOf, refined } from '../private/expected-type';
import type { Count } from '../private/value';

const CODE = 'InvalidVolumeTags';

/** EC2 takes at most 50 tags a resource. */
const COUNT: Count = { max: 50, named: 'entry', code: CODE };

const TAG = text(
  CODE,
  /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u,
  'at most 256 letters, digits, spaces and _ . : / = + - @',
);

/**
 * Tags of volumes.
 *
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html#tag-restrictions
 */
export const VOLUME_TAGS = refined(mapOf(TAG, COUNT), (field, tags, scope) => {
  const wrong = Object.keys(tags).find(
    (name) => !Token.isUnresolved(name) && !/^(?!aws:)[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/iu.test(name),
  );
  if (wrong === undefined) return;
  fail(
    CODE,
    `\`${field}\` must have names of 1 to 128 letters, digits, spaces and _ . : / = + - @ that do not ` +
      `begin with "aws:", got: ${quoteForMessage(wrong)}`,
    scope,
  );
});
