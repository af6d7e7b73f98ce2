import type * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import type * as ecs from 'aws-cdk-lib/aws-ecs';
import type { IConstruct } from 'constructs';
import type { LaunchVariant } from '../node/launch-overrides';
import type { NodeTemplate } from '../node/node-template';
import type { NodeReplacement } from '../replacement/node-replacement';

/** A tier, as far as its template is reviewed. */
export interface ReviewedTier {
  /** Its path is in the problems. */
  readonly scope: IConstruct;
  readonly group: autoscaling.AutoScalingGroup;
  /** A launch template for each architecture, that of the group first. */
  readonly variants: readonly LaunchVariant[];
  readonly capacityProvider: ecs.AsgCapacityProvider;
  readonly template: NodeTemplate;
  readonly clusterName: string;
  readonly replacement: NodeReplacement;
  /** ECS sets the number of its nodes. */
  readonly isScaled: boolean;
  /** It takes no new tasks. */
  readonly isRetired: boolean;
  /** The keys of the tags that the library gives the group. */
  readonly ownTags: () => string[];
  /** Whether a scheduled action is of the tier's `schedules`. */
  readonly isOwnSchedule: (action: IConstruct | undefined) => boolean;
}
