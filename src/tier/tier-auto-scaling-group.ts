import * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import type { Construct } from 'constructs';
import { warn } from '../private/warning';

/** A tier's group: CDK's own, which says whose user data it is that is added to. */
export class TierGroup extends autoscaling.AutoScalingGroup {
  public constructor(
    scope: Construct,
    id: string,
    props: autoscaling.AutoScalingGroupProps,
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
          '`template.bootstrap.addCommands()`; where it is not, give the tier node fields of its own ' +
          'instead of a `template`.',
      );
    }
    super.addUserData(...commands);
  }
}
