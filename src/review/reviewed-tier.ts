import type * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { IConstruct } from 'constructs';
import type { NodeTemplate } from '../node/node-template';
import type { NodeReplacement } from '../replacement/node-replacement';

/** A tier, as far as its template is reviewed. */
export interface ReviewedTier {
  /** Its path is in the problems. */
  readonly scope: IConstruct;
  readonly group: autoscaling.AutoScalingGroup;
  readonly launchTemplate: ec2.LaunchTemplate;
  readonly template: NodeTemplate;
  readonly clusterName: string;
  readonly replacement: NodeReplacement;
}
