import { Arn, ArnFormat, Aws } from 'aws-cdk-lib';
import type * as sns from 'aws-cdk-lib/aws-sns';

/** What differs from tier to tier, as a state machine reads it: numbers and short words. */
export type TierValues = Readonly<Record<string, string | number>>;

const nameOf = (tag: string, part: 'Values' | 'Topic') => `${tag}${part}`;

/**
 * What a state machine reads of a tier, as tags of the tier's group. A definition or a schedule that names
 * groups would make a loop, since groups wait for the state machine.
 *
 * The values are one text, `after=600 share=20`. A topic's name has a separate tag, because an ARN may be
 * longer than a tag. Account and name are enough: the topic is of the region of the state machine.
 *
 * @param tag the state machine's tag, with which the names begin
 */
export function tierTags(tag: string, values: TierValues, topic?: sns.ITopic): Record<string, string> {
  const arn = topic && Arn.split(topic.topicArn, ArnFormat.NO_RESOURCE_NAME);
  const all = { ...values, ...(arn && { account: arn.account ?? Aws.ACCOUNT_ID }) };
  const text = Object.entries(all)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
  return {
    [nameOf(tag, 'Values')]: text,
    ...(arn && { [nameOf(tag, 'Topic')]: arn.resource }),
  };
}

/** JSONata: whether a described group is one that the state machine of this stack looks after. */
export function isOurs(tag: string, group: string): string {
  return `$exists(${group}.Tags[Key = '${tag}' and Value = '${Aws.STACK_NAME}'])`;
}

/** JSONata: the values in the tags of a described group, each a text. An empty object without any. */
export function valuesIn(tag: string, group: string): string {
  return `$merge([$split($string(${group}.Tags[Key = '${nameOf(tag, 'Values')}'].Value), ' ').{
    $substringBefore($, '='): $substringAfter($, '=')}])`;
}

/** JSONata: the ARN of the topic in the tags of a described group; an empty text without one. */
export function topicIn(tag: string, group: string): string {
  const own = `${group}.Tags[Key = '${nameOf(tag, 'Topic')}'].Value`;
  return (
    `$exists(${own}) ? 'arn:${Aws.PARTITION}:sns:${Aws.REGION}:' & ${valuesIn(tag, group)}.account & ':' & ` +
    `${own} : ''`
  );
}
