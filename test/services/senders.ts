import type * as ecs from 'aws-cdk-lib/aws-ecs';
import * as events from 'aws-cdk-lib/aws-events';
import * as pipes from 'aws-cdk-lib/aws-pipes';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import type { TestStack } from '../helpers/estate';
import { ec2Task } from './helpers';

/** What a target says of its task beside the definition. */
export interface TargetParameters {
  readonly launchType?: string;
  readonly capacityProviderStrategy?: { capacityProvider: string; weight?: number }[];
}

export function rule(
  stack: TestStack,
  cluster: ecs.ICluster,
  parameters: TargetParameters,
  task = ec2Task(stack),
): void {
  const { taskDefinitionArn } = task;
  new events.CfnRule(stack, 'Sender', {
    scheduleExpression: 'rate(1 day)',
    targets: [{ arn: cluster.clusterArn, id: 'T', ecsParameters: { taskDefinitionArn, ...parameters } }],
  });
}

export function schedule(
  stack: TestStack,
  cluster: ecs.ICluster,
  parameters: TargetParameters,
  task = ec2Task(stack),
): void {
  const { taskDefinitionArn } = task;
  new scheduler.CfnSchedule(stack, 'Sender', {
    scheduleExpression: 'rate(1 day)',
    flexibleTimeWindow: { mode: 'OFF' },
    target: {
      arn: cluster.clusterArn,
      roleArn: 'arn:aws:iam::111122223333:role/r',
      ecsParameters: { taskDefinitionArn, ...parameters },
    },
  });
}

export function pipe(
  stack: TestStack,
  cluster: ecs.ICluster,
  parameters: TargetParameters,
  task = ec2Task(stack),
): void {
  const { taskDefinitionArn } = task;
  new pipes.CfnPipe(stack, 'Sender', {
    source: 'arn:aws:sqs:eu-central-1:111122223333:q',
    roleArn: 'arn:aws:iam::111122223333:role/r',
    target: cluster.clusterArn,
    targetParameters: { ecsTaskParameters: { taskDefinitionArn, ...parameters } },
  });
}

/** What sends tasks to a cluster, as an L1 with the id `Sender`. */
export const SENDERS = [rule, schedule, pipe];
