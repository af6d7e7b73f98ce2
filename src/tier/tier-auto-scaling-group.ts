import * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import { fail } from '../private/errors';
import { warn } from '../private/warning';

/** A tier's group: CDK's own, which says whose user data it is that is added to. */
export class TierGroup extends autoscaling.AutoScalingGroup {
  public constructor(
    scope: Construct,
    id: string,
    props: autoscaling.AutoScalingGroupProps,
    private readonly nodes: readonly ec2.LaunchTemplate[],
    private readonly sharedTemplate: string | undefined,
  ) {
    super(scope, id, props);
  }

  public override addUserData(...commands: string[]): void {
    if (this.sharedTemplate !== undefined) {
      const tier = this.node.scope as Construct;
      warn(
        tier,
        'InstanceTier.addUserData',
        `\`addUserData()\` on the group of the tier "${tier.node.path}" changes the nodes of every ` +
          `tier that uses the template "${this.sharedTemplate}". Where that is meant, say so: ` +
          '`template.bootstrap.addCommands()`; where it is not, give the tier its own node fields ' +
          'instead of a `template`.',
      );
    }
    super.addUserData(...commands);
  }

  /**
   * CDK's own needs a feature flag, and does nothing for a group of several instance types. A group that the
   * nodes have already stays as it is.
   */
  public override addSecurityGroup(securityGroup: ec2.ISecurityGroup): void {
    if (this.sharedTemplate !== undefined) {
      const tier = this.node.scope as Construct;
      warn(
        tier,
        'InstanceTier.addSecurityGroup',
        `\`addSecurityGroup()\` on the group of the tier "${tier.node.path}" changes the nodes of ` +
          `every tier of the stack that uses the template "${this.sharedTemplate}". Where that is meant, ` +
          'say so: `additionalSecurityGroups` of the template; where it is not, give the tier node ' +
          'fields instead of a `template`.',
      );
    }
    for (const template of this.nodes) {
      const known = template.connections.securityGroups;
      if (!known.includes(securityGroup)) template.addSecurityGroup(securityGroup);
    }
  }

  /** Refused: nodes of a pool wait before they join, which the gate does not know. */
  public override addWarmPool(): never {
    fail(
      'WarmPoolOnTier',
      '`addWarmPool()` must not be called on the group of a tier: nodes of a pool must not register while ' +
        'they wait, and the readiness gate would give them up. Leave the pool out. Without the gate, and ' +
        'with `agent: { warmPoolsCheck: true }`, an `autoscaling.CfnWarmPool` works',
      this.node.scope,
    );
  }
}
