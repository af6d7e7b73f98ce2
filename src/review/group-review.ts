import { type CfnResource, Stack } from 'aws-cdk-lib';
import type * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { IConstruct } from 'constructs';
import type { NodeTemplate } from '../node/node-template';
import { quoteForMessage } from '../private/errors';
import { problemAt } from '../rendered/problem';
import { at, RenderedStack } from '../rendered/rendered-stack';
import type { NodeReplacement } from '../replacement/node-replacement';
import { ATTACHED_TYPES, attachmentProblem } from './attached-resources';
import { bootProblems } from './boot-rules';
import { refreshProblems } from './refresh-rules';
import { problemsWithTags } from './tag-rules';

/** A tier, as far as its template is reviewed. */
export interface ReviewedTier {
  readonly scope: IConstruct;
  readonly group: autoscaling.AutoScalingGroup;
  readonly launchTemplate: ec2.LaunchTemplate;
  readonly template: NodeTemplate;
  readonly clusterName: string;
  readonly replacement: NodeReplacement;
}

const reviews = new WeakMap<Stack, GroupReview>();

/**
 * Refuses at synthesis what users have added to a tier's group or have overridden in it, which CDK and
 * CloudFormation take and Auto Scaling or ECS do not.
 *
 * One validation a stack, which walks it once for all of its tiers: what hangs on a group may stand
 * anywhere in the stack.
 */
export class GroupReview {
  public static add(tier: ReviewedTier): void {
    const stack = Stack.of(tier.scope);
    let found = reviews.get(stack);
    if (found === undefined) {
      found = new GroupReview(stack);
      reviews.set(stack, found);
    }
    found.tiers.push(tier);
    if (tier.template._isShared)
      tier.scope.node.addValidation({ validate: () => problemsWithTags(tier.group) });
  }

  private readonly tiers: ReviewedTier[] = [];

  private constructor(stack: Stack) {
    stack.node.addValidation({ validate: () => this.problems(new RenderedStack(stack)) });
  }

  private problems(stack: RenderedStack): string[] {
    const hanging = stack.idsOf(ATTACHED_TYPES);
    const byGroup = new Map(
      hanging.length === 0 ? [] : this.tiers.map((tier) => [stack.idOf(resourceOf(tier.group)), tier]),
    );
    const neighbours = hanging.flatMap((id) => {
      const tier = byGroup.get(String(at(stack.resource(id), 'Properties', 'AutoScalingGroupName', 'Ref')));
      if (tier === undefined) return [];
      const problem = attachmentProblem(stack.resource(id), tier.replacement);
      if (problem === undefined) return [];
      return [
        problemAt(tier.scope, {
          ...problem,
          text: `${quoteForMessage(stack.construct(id)?.node.path)}: ${problem.text}`,
        }),
      ];
    });
    const groups = this.tiers.flatMap((tier) => {
      const group = resourceOf(tier.group);
      const launchTemplate = resourceOf(tier.launchTemplate);
      return [
        ...bootProblems(stack, group, launchTemplate, tier.template, tier.clusterName),
        ...refreshProblems(stack, stack.idOf(group), launchTemplate, tier.replacement),
      ].map((problem) => problemAt(tier.scope, problem));
    });
    return [...groups, ...neighbours];
  }
}

function resourceOf(construct: IConstruct): CfnResource {
  return construct.node.defaultChild as CfnResource;
}
