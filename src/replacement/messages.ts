import type * as sns from 'aws-cdk-lib/aws-sns';
import { TOPIC } from '../private/cdk-types';
import { fail } from '../private/errors';
import { refined } from '../private/expected-type';
import type { Value } from '../private/value';

/** The topic of a state machine's messages. One of another region is refused where the tier is known. */
export const MESSAGES: Value<sns.ITopic> = refined(TOPIC, (field, topic, scope) => {
  if (!topic.fifo) return;
  fail(
    'InvalidTopic',
    `\`${field}\` must be a standard topic, got: a FIFO topic, which takes no message without a group. ` +
      'Write `new sns.Topic(this, …)` without `fifo`',
    scope,
  );
});
