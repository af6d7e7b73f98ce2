import { type CfnResource, Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { quoteForMessage } from '../private/errors';
import { type Problem, problemAt } from './problem';
import { field, flagOf, isOverridden, property, rendered, renderedList } from './resource';

/** A tag that a group must have. */
export interface NeededTag {
  readonly key: string;
  /** Left out, any value is right. */
  readonly value?: string;
  /** Whether the nodes must have it too. */
  readonly ofNodes?: boolean;
}

/** A tag that the library sets on a group and relies on. */
export interface GroupTag extends NeededTag {
  /** What happens without it. */
  readonly without: string;
}

/** Refuses a tag that another one has taken the place of, that is removed, or that nodes do not get. */
export function groupTagProblems(scope: IConstruct, group: CfnResource, tag: GroupTag): Problem[] {
  const got = insteadOfTag(group, tag);
  if (got === undefined || !hasKnownTags(group)) return [];
  return [
    problemAt(
      scope,
      'GroupTagChanged',
      `the tag ${tag.key} of the group must stay as the library sets it` +
        `${tag.ofNodes ? ', propagated at launch' : ''}, ` +
        `got: ${got}: ${tag.without}. Give your own tag another key, or leave the group out of it ` +
        "(`excludeResourceTypes: ['AWS::AutoScaling::AutoScalingGroup']`)",
    ),
  ];
}

/** What a group has in place of a tag, as messages say it; undefined: it has the tag. */
export function insteadOfTag(group: CfnResource, tag: NeededTag): string | undefined {
  if (hasAsGiven(group, tag)) return undefined;
  const { key, value, ofNodes } = tag;
  const found = renderedList(group, 'tags').find((one) => field(one, 'key') === key);
  if (found === undefined) return 'no such tag';
  const actual = field(found, 'value');
  const isSame =
    value === undefined || JSON.stringify(actual) === JSON.stringify(Stack.of(group).resolve(value));
  if (!isSame) return quoteForMessage(actual);
  return ofNodes && flagOf(field(found, 'propagateAtLaunch')) !== true ? 'one that is not' : undefined;
}

/** What is most often so is seen without resolving the tags: they are as the library has set them. */
function hasAsGiven(group: CfnResource, { key, value, ofNodes }: NeededTag): boolean {
  if (isOverridden(group, 'Tags')) return false;
  const tags = property(group, 'tags');
  const found: unknown = Array.isArray(tags) ? tags.find((one) => field(one, 'key') === key) : undefined;
  if (found === undefined || (ofNodes && field(found, 'propagateAtLaunch') !== true)) return false;
  return value === undefined || field(found, 'value') === value;
}

/** Whether the tags are a list, and no token for one. */
function hasKnownTags(group: CfnResource): boolean {
  const tags = rendered(group, 'tags');
  return tags === undefined || Array.isArray(tags);
}
