import { ArnFormat, Lazy, Stack, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { deployedStackName, shortHash } from '../private/stacks';
import type { DockerAuth } from '../registry/docker-auth';
import { NodeRole } from './node-role';
import { sessionManagerStatements } from './session-manager';

/**
 * What the clusters of one stack add to one role, as one policy of that stack.
 *
 * One for each pair of stack and role, because a statement added to the role itself from another stack would make the stacks depend on each
 * other in a circle.
 */
export class NodePermissions extends Construct {
  /** Finds or makes the permissions of `role` in `stack`. */
  public static of(stack: Stack, role: iam.IRole): NodePermissions {
    const id = `NodePermissions${role.node.addr.slice(-8)}`;
    return (stack.node.tryFindChild(id) as NodePermissions | undefined) ?? new NodePermissions(stack, id, role);
  }

  /** The role as this stack may use it: itself, or an import of it, so that `bucket.grantRead(group)` works in this stack too. */
  public readonly role: iam.IRole;
  /** What nodes must wait for before they start. */
  public readonly policy: iam.Policy;
  private readonly clusters = new Map<string, string>();
  private readonly secrets = new Set<DockerAuth>();
  private readsInstanceTags = false;

  private constructor(stack: Stack, id: string, role: iam.IRole) {
    super(stack, id);
    // Two stacks of one class would otherwise name the policies on a shared role alike, and the last deployment would win (aws-cdk #16074).
    const unique = uniqueInAccount(stack);
    this.role = Stack.of(role) === stack ? role : iam.Role.fromRoleName(this, `Role${unique.hash}`, role.roleName);
    this.policy = new iam.Policy(this, 'Policy', {
      policyName: `ecs-nodes-${unique.name}-${unique.hash}-${stack.region}`,
      roles: [this.role],
      statements: this.agentStatements(stack),
    });
    if (!NodeRole.isNodeRole(role)) this.policy.addStatements(...sessionManagerStatements());
  }

  /** Lets the nodes join a cluster. */
  public addCluster(clusterArn: string, clusterName: string): void {
    this.clusters.set(clusterArn, clusterName);
  }

  /** Lets the nodes read a registry's secret. */
  public addDockerAuth(dockerAuth: DockerAuth): void {
    if (this.secrets.has(dockerAuth)) return;
    this.secrets.add(dockerAuth);
    this.policy.addStatements(...dockerAuth._statements());
  }

  /** Lets the agent copy the tags of its EC2 instance (`containerInstancePropagateTagsFrom`). */
  public addInstanceTags(): void {
    if (this.readsInstanceTags) return;
    this.readsInstanceTags = true;
    this.policy.addStatements(new iam.PolicyStatement({ sid: 'ReadInstanceTags', actions: ['ec2:DescribeTags'], resources: ['*'] }));
  }

  private agentStatements(stack: Stack): iam.PolicyStatement[] {
    const clusterArns = () => [...this.clusters.keys()];
    const nodesOfTheClusters = Lazy.list({
      produce: () =>
        [...this.clusters.values()].map((name) =>
          stack.formatArn({
            service: 'ecs',
            resource: 'container-instance',
            resourceName: `${name}/*`,
            arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
          }),
        ),
    });
    return [
      new iam.PolicyStatement({
        sid: 'JoinTheClusters',
        actions: [
          'ecs:RegisterContainerInstance',
          'ecs:DeregisterContainerInstance',
          'ecs:SubmitAttachmentStateChanges',
          'ecs:SubmitContainerStateChange',
          'ecs:SubmitTaskStateChange',
        ],
        resources: Lazy.list({ produce: clusterArns }),
      }),
      // Whoever may poll for another cluster's node gets the credentials of its tasks. The agent itself drains its node before a Spot interruption.
      new iam.PolicyStatement({
        sid: 'WorkForTheClusters',
        actions: ['ecs:Poll', 'ecs:StartTelemetrySession', 'ecs:UpdateContainerInstancesState'],
        resources: nodesOfTheClusters,
        conditions: { ArnEquals: { 'ecs:cluster': Lazy.any({ produce: clusterArns }) } },
      }),
      // A registration with tags (`containerInstanceTags`) is refused without it.
      new iam.PolicyStatement({
        sid: 'TagOnRegistration',
        actions: ['ecs:TagResource'],
        resources: nodesOfTheClusters,
        conditions: { StringEquals: { 'ecs:CreateAction': 'RegisterContainerInstance' } },
      }),
      // Neither knows a resource: "*" is the only one that IAM accepts.
      new iam.PolicyStatement({
        sid: 'FindEndpoints',
        actions: ['ecs:DiscoverPollEndpoint', 'ecr:GetAuthorizationToken'],
        resources: ['*'],
      }),
    ];
  }
}

/** A name for a stack that no other stack of the account and region has, however often its class is used. */
function uniqueInAccount(stack: Stack): { name: string; hash: string } {
  const name = deployedStackName(stack);
  const region = Token.isUnresolved(stack.region) ? '' : stack.region;
  return { name: name.slice(0, 64), hash: shortHash(name, stack.node.path, region) };
}
