import { type CfnResource, Stack } from 'aws-cdk-lib';
import type * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { IConstruct } from 'constructs';
import type { NodeTemplate } from '../node/node-template';
import { shown } from '../private/errors';
import { bootProblems } from './boot-checks';
import { NEIGHBOURS, neighbourProblem } from './group-neighbours';
import type { NodeReplacement } from './node-replacement';
import { refreshProblems } from './refresh-checks';
import { at, RenderedStack } from './rendered-stack';

/** A tier, as far as its template is checked. */
export interface RenderedTier {
  readonly scope: IConstruct;
  readonly group: autoscaling.AutoScalingGroup;
  readonly launchTemplate: ec2.LaunchTemplate;
  readonly template: NodeTemplate;
  readonly clusterName: string;
  readonly replacement: NodeReplacement;
}

const checks = new WeakMap<Stack, RenderedChecks>();

/**
 * Refuses at synthesis what users have added to a tier's group or have overridden in it, which CDK and CloudFormation take and Auto Scaling or ECS do not.
 *
 * One validation a stack, which walks it once for all of its tiers: what hangs on a group may stand anywhere in the stack.
 */
export class RenderedChecks {
  public static add(tier: RenderedTier): void {
    const stack = Stack.of(tier.scope);
    let found = checks.get(stack);
    if (found === undefined) {
      found = new RenderedChecks(stack);
      checks.set(stack, found);
    }
    found.tiers.push(tier);
  }

  private readonly tiers: RenderedTier[] = [];

  private constructor(stack: Stack) {
    stack.node.addValidation({ validate: () => this.problems(new RenderedStack(stack)) });
  }

  private problems(stack: RenderedStack): string[] {
    const byGroup = new Map(this.tiers.map((tier) => [stack.idOf(resourceOf(tier.group)), tier]));
    const neighbours = stack.idsOf(NEIGHBOURS).flatMap((id) => {
      const tier = byGroup.get(String(at(stack.resource(id), 'Properties', 'AutoScalingGroupName', 'Ref')));
      const problem = tier && neighbourProblem(stack.resource(id), tier.replacement);
      return problem ? [`${shown(stack.construct(id)?.node.path)}: ${problem.text} (${problem.code} at ${tier.scope.node.path})`] : [];
    });
    const groups = [...byGroup].flatMap(([id, tier]) => {
      const templateId = stack.idOf(resourceOf(tier.launchTemplate));
      return [
        ...bootProblems(stack, id, templateId, tier.template, Stack.of(tier.scope).resolve(tier.clusterName)),
        ...refreshProblems(stack, id, templateId, tier.replacement),
      ].map(({ code, text }) => `${text} (${code} at ${tier.scope.node.path})`);
    });
    return [...groups, ...neighbours];
  }
}

function resourceOf(construct: IConstruct): CfnResource {
  return construct.node.defaultChild as CfnResource;
}
