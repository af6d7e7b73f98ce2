import { type CfnResource, Stack, Token } from 'aws-cdk-lib';
import { quoteForMessage } from '../private/errors';
import { type Problem, problemAt } from '../rendered/problem';
import { field, fieldList, flagOf, rendered, renderedList } from '../rendered/resource';
import type { ReviewedTier } from './reviewed-tier';

/** EC2 and Auto Scaling take so many of a resource. What begins with `aws:` is AWS's and does not count. */
const MAX_TAGS = 50;

interface Tag {
  readonly key: string;
  readonly value: unknown;
  /** Whether the nodes have it. */
  readonly ofNodes: boolean;
}

/**
 * What is wrong with the tags of a group: its own, and those that CloudFormation hands down from the stack.
 *
 * @see https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-tagging.html
 */
export function tagProblems(tier: ReviewedTier, group: CfnResource): Problem[] {
  const tags = tagsOf(group);
  if (tags === undefined) return [];
  const ofNodes = tagsOfNodes(tier, tags);
  return [
    ...countProblems(tier, 'group', tags),
    ...(tags.length > MAX_TAGS ? [] : countProblems(tier, 'instances', ofNodes)),
    ...tags.flatMap((tag) => lengthProblems(tier, tag)),
    ...(tier.template._isShared ? metadataProblems(tier, ofNodes) : []),
  ];
}

/** All of a group's tags, one for each key: that of a resource replaces that of its stack. */
function tagsOf(group: CfnResource): Tag[] | undefined {
  const own = rendered(group, 'tags');
  if (own !== undefined && !Array.isArray(own)) return undefined;
  const tags = new Map<string, Tag>();
  for (let stack: Stack | undefined = Stack.of(group); stack; stack = stack.nestedStackParent) {
    for (const [key, value] of Object.entries(stack.tags.tagValues()))
      if (!tags.has(key)) tags.set(key, { key, value, ofNodes: true });
  }
  for (const tag of own ?? []) {
    const key = field(tag, 'key');
    if (typeof key !== 'string') continue;
    const ofNodes = flagOf(field(tag, 'propagateAtLaunch')) !== false;
    tags.set(key, { key, value: field(tag, 'value'), ofNodes });
  }
  return [...tags.values()];
}

/** Those of the group that are propagated, and those of the launch template. */
function tagsOfNodes(tier: ReviewedTier, tags: Tag[]): Tag[] {
  const [{ launchTemplate }] = tier.variants;
  const resource = launchTemplate.node.defaultChild as CfnResource;
  const ofTemplate = renderedList(resource, 'launchTemplateData', 'tagSpecifications')
    .filter((one) => field(one, 'resourceType') === 'instance')
    .flatMap((one) => fieldList(one, 'tags'))
    .flatMap((tag): Tag[] => {
      const key = field(tag, 'key');
      return typeof key === 'string' ? [{ key, value: field(tag, 'value'), ofNodes: true }] : [];
    });
  const all = [...ofTemplate, ...tags.filter(({ ofNodes }) => ofNodes)];
  return [...new Map(all.map((tag) => [tag.key, tag])).values()];
}

function countProblems(tier: ReviewedTier, what: string, tags: Tag[]): Problem[] {
  const counted = tags.filter(({ key }) => !/^aws:/i.test(key));
  if (counted.length <= MAX_TAGS) return [];
  const known = new Set(tier.ownTags());
  const own = counted.filter(({ key }) => known.has(key)).map(({ key }) => key);
  return [
    problemAt(
      tier.scope,
      'TooManyTags',
      `the ${what} can have at most ${MAX_TAGS} tags, got: ${counted.length}, those of the stack counted. ` +
        `${own.length} are the library's: ${own.sort().join(', ')}. Leave some of yours out ` +
        "(`excludeResourceTypes: ['AWS::AutoScaling::AutoScalingGroup']`)",
    ),
  ];
}

function lengthProblems(tier: ReviewedTier, { key, value }: Tag): Problem[] {
  const problem = (what: string) => [
    problemAt(tier.scope, 'InvalidTag', `the tag ${quoteForMessage(key)} of the group must have ${what}`),
  ];
  if (Token.isUnresolved(key)) return [];
  if (/^aws:/i.test(key)) return problem('a key that does not begin with "aws:": those are AWS\'s own');
  const length = [...key].length;
  if (length < 1 || length > 128) return problem(`a key of 1 to 128 characters, got: ${length}`);
  const ofValue = typeof value === 'string' && !Token.isUnresolved(value) ? [...value].length : 0;
  return ofValue > 256 ? problem(`a value of at most 256 characters, got: ${ofValue}`) : [];
}

/**
 * Tag keys that the instance metadata service refuses: with such a tag and instance metadata tags on, no
 * instance launches.
 *
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/work-with-tags-in-IMDS.html
 */
function refusedByInstanceMetadata(key: string): boolean {
  return !/^[A-Za-z0-9+\-=.,_:@]+$/.test(key) || key === '.' || key === '..' || key === '_index';
}

function metadataProblems({ scope }: ReviewedTier, tags: Tag[]): Problem[] {
  return tags
    .filter(({ key }) => !Token.isUnresolved(key) && refusedByInstanceMetadata(key))
    .map(({ key }) =>
      problemAt(
        scope,
        'InvalidInstanceTag',
        `the tag ${quoteForMessage(key)} would keep instances from launching: nodes of a shared ` +
          'template find their cluster in the instance metadata service, which takes only letters, ' +
          'digits and + - = . , _ : @ in tag keys. Rename the tag, or give the tier its own node fields ' +
          'instead of a `template`',
      ),
    );
}
