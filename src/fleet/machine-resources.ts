import { ArnFormat, Aws, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';

/** What a statement is for, of what cannot be named: a condition says which are meant. */
type Resources = Pick<iam.PolicyStatementProps, 'resources' | 'conditions'>;

/**
 * The groups that the state machine of a tag looks after: a group's ARN has an id that CloudFormation does
 * not tell.
 */
export function groupsWith(tag: string, scope: Construct): Resources {
  const group = Stack.of(scope).formatArn({
    service: 'autoscaling',
    resource: 'autoScalingGroup',
    resourceName: '*:autoScalingGroupName/*',
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  return {
    resources: [group],
    conditions: { StringEquals: { [`aws:ResourceTag/${tag}`]: Aws.STACK_NAME } },
  };
}

/** The container instances, tasks or services of some clusters: what they are called is not known before. */
export function allOf(
  resource: 'container-instance' | 'task' | 'service',
  clusterArns: string[],
  scope: Construct,
): Resources {
  const any = Stack.of(scope).formatArn({
    service: 'ecs',
    resource,
    resourceName: '*',
    arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
  });
  return { resources: [any], conditions: { ArnEquals: { 'ecs:cluster': clusterArns } } };
}

/** Finding nodes by what they are, in some clusters. */
export function findNodes(clusterArns: string[]): iam.PolicyStatement {
  return new iam.PolicyStatement({
    sid: 'FindNodes',
    actions: ['ecs:ListContainerInstances'],
    resources: clusterArns,
  });
}

/** Listing the services of some clusters. ECS accepts no other resource than "*" for it. */
export function listServices(clusterArns: string[]): iam.PolicyStatement {
  return new iam.PolicyStatement({
    sid: 'ListServices',
    actions: ['ecs:ListServices'],
    resources: ['*'],
    conditions: { ArnEquals: { 'ecs:cluster': clusterArns } },
  });
}

/** Reading the services of some clusters. */
export function readServices(clusterArns: string[], scope: Construct): iam.PolicyStatement {
  return new iam.PolicyStatement({
    sid: 'ReadServices',
    actions: ['ecs:DescribeServices'],
    ...allOf('service', clusterArns, scope),
  });
}
