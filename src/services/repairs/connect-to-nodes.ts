import { aws_ec2 as ec2, Stack } from 'aws-cdk-lib';
import type { Construct, IConstruct } from 'constructs';
import type { HostedService } from '../hosted-service';

/** An L2 service, as far as it is needed here. */
interface ConnectableService extends IConstruct {
  readonly connections?: ec2.Connections;
  readonly taskDefinition?: { readonly networkMode?: string };
}

/**
 * Gives a service the security groups of the nodes that its cluster got after the service was made.
 *
 * Outside awsvpc mode CDK copies the cluster's groups into the service once, in the service's constructor.
 * Rules of load balancers and `connections` would silently miss the nodes of a tier that is added later.
 * Connections apply their rules to groups that come later, so adding them is enough.
 *
 * @returns whether there were any
 */
export function connectToNodes(service: HostedService): boolean {
  const l2 = service.resource.node.scope as ConnectableService | undefined;
  const connections = l2?.connections;
  const known = (service.cluster.scope as Partial<ec2.IConnectable>).connections?.securityGroups ?? [];
  if (
    l2 === undefined ||
    connections === undefined ||
    l2.taskDefinition === undefined ||
    l2.taskDefinition.networkMode === 'awsvpc'
  )
    return false;
  // In another stack CDK imports the groups; the id stays the same token.
  const copied = new Set(connections.securityGroups.map(({ securityGroupId }) => securityGroupId));
  const later = [...known.entries()].filter(([, group]) => !copied.has(group.securityGroupId));
  for (const [index, group] of later)
    connections.addSecurityGroup(inStackOf(l2, group, `LaterSecurityGroup${index}`));
  return later.length > 0;
}

/** As CDK does it: rules for a group of another stack are in the stack of the service. */
function inStackOf(l2: IConstruct, group: ec2.ISecurityGroup, id: string): ec2.ISecurityGroup {
  if (Stack.of(l2) === Stack.of(group)) return group;
  const { securityGroupId, allowAllOutbound } = group;
  return ec2.SecurityGroup.fromSecurityGroupId(l2 as unknown as Construct, id, securityGroupId, {
    allowAllOutbound,
    mutable: true,
  });
}
