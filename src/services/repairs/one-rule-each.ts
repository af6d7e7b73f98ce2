import { type CfnResource, type aws_ec2 as ec2, Names, Stack } from 'aws-cdk-lib';
import type { Construct, IConstruct } from 'constructs';
import { isNodeSecurityGroup } from '../../node/node-security-group';
import { shortHash } from '../../private/stacks';
import { isInTree } from '../../rendered/in-tree';
import { identityOf, referencedResource } from '../../rendered/references';
import { identityOfRule, readRuleResource } from '../../rendered/security-rules';
import type { HostedService } from '../hosted-service';

/**
 * One rule for each way between nodes and what reaches them, where the service is in another stack than the
 * nodes: under a name that depends on the way alone.
 *
 * CDK imports the nodes' security groups into each such service, and numbers them. Two services behind one
 * load balancer then have the same rules twice, which EC2 takes once. Take one service away, and the rule of
 * the other is deleted with it. A group that goes moves the numbers of those behind it, with the same
 * effect. In the nodes' own stack CDK merges the rules itself.
 *
 * Only for the security group that the library makes: rules of another may be deployed under CDK's names.
 */
export class RulesOfNodes {
  private readonly kept = new Map<string, CfnResource>();

  /** Keeps the first of several rules that are the same, and takes the others out of the tree. */
  public visit(resource: CfnResource): void {
    const parent = resource.node.scope;
    // What is written as an L1 is the user's own.
    if (parent === undefined || !('securityGroupId' in parent)) return;
    const stack = Stack.of(resource);
    const ends = groupsOf(resource);
    if (!ends.some((group) => isNodeSecurityGroup(group.node.scope) && Stack.of(group) !== stack)) return;
    const rule = readRuleResource(resource);
    const same = rule && identityOfRule(rule);
    if (same === undefined) return;
    const key = `${stack.node.addr}\n${same}`;
    const kept = this.kept.get(key);
    if (kept === resource) return;
    if (kept !== undefined && isInTree(kept)) {
      parent.node.tryRemoveChild(resource.node.id);
      return;
    }
    this.kept.set(key, resource);
    resource.overrideLogicalId(`NodesRule${shortHash(same)}`);
  }
}

function groupsOf(resource: CfnResource): CfnResource[] {
  const { groupId, sourceSecurityGroupId, destinationSecurityGroupId } = resource as Partial<
    ec2.CfnSecurityGroupIngress & ec2.CfnSecurityGroupEgress
  >;
  return [groupId, sourceSecurityGroupId, destinationSecurityGroupId].flatMap(
    (id) => referencedResource(id, 'AWS::EC2::SecurityGroup') ?? [],
  );
}

/**
 * Takes the rules for capacity that is none of a tier away from a service whose tasks run on tiers alone, in
 * another stack than the nodes. A service that moves next to its first one would have the rules of that one
 * twice.
 */
export function keepRulesOfTiers(service: HostedService): void {
  const imported = (service.resource.node.scope?.node.children ?? []).filter(isImportedByCdk);
  if (imported.length === 0) return;
  const { strategy } = service;
  if (strategy.length === 0 || service.possibleTiers.length !== strategy.length) return;
  const groups = (service.cluster.tiers ?? []).map(({ securityGroups }) => securityGroups);
  if (groups.includes(undefined)) return;
  const ofTiers = new Set(groups.flat());
  const others = imported.filter(({ securityGroupId }) => {
    const id = identityOf(service.resource, securityGroupId);
    return id !== undefined && !ofTiers.has(id);
  });
  if (others.length > 0) removeRules(Stack.of(service.resource), others);
}

function isImportedByCdk(child: IConstruct): child is ec2.ISecurityGroup & Construct {
  return /^(Later)?SecurityGroup\d+$/.test(child.node.id) && 'securityGroupId' in child;
}

/** Those below the groups, and those of other groups that name one of them. */
function removeRules(stack: Stack, groups: ec2.ISecurityGroup[]): void {
  const own = new Set<IConstruct | undefined>(groups);
  const names = new Set<string | undefined>(groups.map(({ node }) => Names.nodeUniqueId(node)));
  for (const { node } of stack.node.findAll()) {
    const [, named] = /^(?:to|from) ([^:]+):/.exec(node.id) ?? [];
    if (own.has(node.scope) || names.has(named)) node.scope?.node.tryRemoveChild(node.id);
  }
}
