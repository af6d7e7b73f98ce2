import { type CfnResource, Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { quoteForMessage } from '../private/errors';
import { type Problem, problemAt } from './problem';
import { field, rendered } from './resource';

/** A tag that the library sets on a group and relies on. */
export interface GroupTag {
  readonly key: string;
  /** Left out, any value is right. */
  readonly value?: string;
  /** Whether the nodes must have it too. */
  readonly ofNodes?: boolean;
  /** What happens without it. */
  readonly without: string;
}

/** Refuses a tag that another one has taken the place of, that is removed, or that nodes do not get. */
export function groupTagProblems(scope: IConstruct, group: CfnResource, tag: GroupTag): Problem[] {
  const { key, value, ofNodes, without } = tag;
  const tags = rendered(group, 'tags');
  if (tags !== undefined && !Array.isArray(tags)) return [];
  const found = (tags ?? []).find((one) => field(one, 'key') === key);
  const actual = field(found, 'value');
  const propagates = [true, 'true'].includes(field(found, 'propagateAtLaunch') as never);
  const isRight =
    found !== undefined &&
    (value === undefined || JSON.stringify(actual) === JSON.stringify(Stack.of(group).resolve(value)));
  if (isRight && (propagates || !ofNodes)) return [];
  const got = found === undefined ? 'no such tag' : isRight ? 'one that is not' : quoteForMessage(actual);
  return [
    problemAt(
      scope,
      'GroupTagChanged',
      `the tag ${key} of the group must stay as the library sets it${ofNodes ? ', propagated at launch' : ''}, ` +
        `got: ${got}: ${without}. Give your own tag another key, or leave the group out of it ` +
        "(`excludeResourceTypes: ['AWS::AutoScaling::AutoScalingGroup']`)",
    ),
  ];
}
