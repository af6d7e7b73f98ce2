import { type CfnResource, Stack, type TagManager } from 'aws-cdk-lib';
import { quoteForMessage } from '../private/errors';
import { type Problem, problemAt } from '../rendered/problem';
import type { ReviewedTier } from './reviewed-tier';

/**
 * Tag keys that the instance metadata service refuses: with such a tag and instance metadata tags on, no
 * instance launches.
 *
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/work-with-tags-in-IMDS.html
 */
function refusedByInstanceMetadata(key: string): boolean {
  return !/^[A-Za-z0-9+\-=.,_:@]+$/.test(key) || key === '.' || key === '..' || key === '_index';
}

/**
 * What is wrong with the tags of a group whose nodes find their cluster in a tag: its own, and those that
 * CloudFormation hands down from the stack.
 */
export function tagProblems({ scope, group }: ReviewedTier): Problem[] {
  const resource = group.node.defaultChild as CfnResource & { tags: TagManager };
  const keys = new Set([
    ...Object.keys(resource.tags.tagValues()),
    ...Object.keys(Stack.of(group).tags.tagValues()),
  ]);
  return [...keys]
    .filter(refusedByInstanceMetadata)
    .map((key) =>
      problemAt(
        scope,
        'InvalidInstanceTag',
        `the tag ${quoteForMessage(key)} would keep instances from launching: nodes of a shared ` +
          'template find their cluster in the instance metadata service, which takes only letters, ' +
          'digits and + - = . , _ : @ in tag keys. Rename the tag, or give the tier node fields of its ' +
          'own instead of a `template`',
      ),
    );
}
