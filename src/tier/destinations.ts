import type * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import type * as ecs from 'aws-cdk-lib/aws-ecs';
import { Destination } from '../private/fields';

/** Of what a tier is made, as CDK makes it. */
export const GROUP = new Destination<autoscaling.AutoScalingGroupProps>('autoscaling.AutoScalingGroup');
export const CAPACITY_PROVIDER = new Destination<ecs.AsgCapacityProviderProps>('ecs.AsgCapacityProvider');
