import { type CfnResource, Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { type GroupTag, groupTagProblems } from '../rendered/group-tag';
import { checkAtSynthesis, type Problem } from '../rendered/problem';
import { RenderedStack } from '../rendered/stack';
import { StageResources } from '../rendered/stage-resources';
import { attachmentProblems, warnOfTraffic } from './attached-resources';
import { bootProblems } from './boot-rules';
import { launchOf } from './group-launch';
import { groupNameProblems } from './group-name-rules';
import { imageUpdateProblems } from './image-update-rules';
import { launchProblems } from './launch-rules';
import { providerProblems } from './provider-rules';
import { refreshProblems } from './refresh-rules';
import type { ReviewedTier } from './reviewed-tier';
import { tagProblems } from './tag-rules';

/** By it ECS knows which instances managed scaling counts. */
const MANAGED_TAG: GroupTag = {
  key: 'AmazonECSManaged',
  ofNodes: true,
  without: 'managed scaling would count nodes wrongly',
};

const reviews = new WeakMap<Stack, GroupReview>();

/**
 * Refuses at synthesis what users have added to a tier's group or have overridden in it, which CDK and
 * CloudFormation take and Auto Scaling or ECS do not.
 *
 * One validation a stack, which walks it once for all of its tiers.
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
  }

  private readonly tiers: ReviewedTier[] = [];

  private constructor(stack: Stack) {
    checkAtSynthesis(stack, () => this.problems(new RenderedStack(stack)));
  }

  private problems(stack: RenderedStack): Problem[] {
    const eachTier = this.tiers.flatMap((tier) => {
      const group = resourceOf(tier.group);
      const [main] = tier.variants;
      const launch = launchOf(group);
      warnOfTraffic(tier, group);
      return [
        ...bootProblems(stack, tier, group),
        ...launchProblems(tier, launch),
        ...groupNameProblems(tier, group),
        ...providerProblems(tier, group),
        ...groupTagProblems(tier.scope, group, MANAGED_TAG),
        ...tagProblems(tier, group),
        ...refreshProblems(stack, tier, group, launch, resourceOf(main.launchTemplate)),
        ...attachmentProblems(StageResources.of(tier.scope), tier, group),
      ];
    });
    return [...eachTier, ...imageUpdateProblems(this.tiers)];
  }
}

function resourceOf(construct: IConstruct): CfnResource {
  return construct.node.defaultChild as CfnResource;
}
