import { type CfnResource, type aws_ec2 as ec2, Stack } from 'aws-cdk-lib';
import { warn } from '../../private/warning';
import { identityOf } from '../../rendered/references';
import { identityOfRule, type SecurityRule, SecurityRules } from '../../rendered/security-rules';
import { StageResources } from '../../rendered/stage-resources';
import type { ServedCluster } from '../served-cluster';

/**
 * Warns about rules of the nodes' security groups that are in the app twice. EC2 takes a rule once, and
 * answers the second with InvalidPermission.Duplicate.
 *
 * Within a stack CDK merges them, and across stacks it does not. With CDK's own capacity providers people
 * open the nodes by hand (aws-cdk #22764): here CDK adds the same rule in the stack of the service.
 */
export function checkDuplicateRules(cluster: ServedCluster): void {
  const resources = StageResources.of(cluster.scope);
  const duplicates = resources.index(findDuplicates);
  if (duplicates.length === 0) return;
  const groups = nodeGroupsOf(cluster);
  for (const [one, ...others] of duplicates) {
    if (!groups.has(one.group) && !groups.has(one.peer ?? '')) continue;
    const [first, second] = [one, ...others].sort(
      (a, b) => Number(isOfService(a.resource)) - Number(isOfService(b.resource)),
    );
    warn(
      first.resource,
      'EcsAutoScaledCluster.duplicateRule',
      `The same ${first.direction} rule of a security group (${portsOf(first)}) is in the app twice: ` +
        `${named(first)} and ${named(second)}. EC2 refuses the second with InvalidPermission.Duplicate, ` +
        `and its deployment fails. ${remedy(first, second)}`,
    );
  }
}

function remedy(first: SecurityRule, second: SecurityRule): string {
  if (isOfService(first.resource)) {
    return (
      'CDK adds both, one for each stack of a service behind the same load balancer: put these ' +
      'services into one stack.'
    );
  }
  return isOfService(second.resource)
    ? `Remove ${quoted(first)}: CDK adds the other for the load balancer of the service.`
    : 'Remove one of them.';
}

function named(rule: SecurityRule): string {
  return `${quoted(rule)} in the stack "${Stack.of(rule.resource).node.path}"`;
}

function quoted({ resource }: SecurityRule): string {
  return `"${resource.node.path}"`;
}

function portsOf({ protocol, from, to }: SecurityRule): string {
  if (protocol === '-1') return 'all traffic';
  return from === to ? `${protocol} port ${from}` : `${protocol} ports ${from}-${to}`;
}

/** CDK puts a rule for a group of another stack below the service. */
function isOfService(resource: CfnResource): boolean {
  return resource.node.scopes.some((scope) => 'taskDefinition' in scope);
}

function findDuplicates(resources: StageResources): SecurityRule[][] {
  const bySame = new Map<string, SecurityRule[]>();
  for (const rule of [...SecurityRules.of(resources).all.values()].flat()) {
    const same = identityOfRule(rule);
    if (same === undefined) continue;
    const list = bySame.get(same) ?? [];
    // What one resource says twice is its own affair.
    if (list.every(({ resource }) => resource !== rule.resource)) bySame.set(same, [...list, rule]);
  }
  return [...bySame.values()].filter((rules) => rules.length > 1);
}

/** The identities of the security groups of the nodes. */
function nodeGroupsOf({ scope, tiers }: ServedCluster): Set<string> {
  const { connections } = scope as Partial<ec2.IConnectable>;
  const [user] = StageResources.of(scope).ofType('AWS::EC2::SecurityGroup');
  const connected = (connections?.securityGroups ?? []).flatMap(({ securityGroupId }) =>
    user === undefined ? [] : (identityOf(user, securityGroupId) ?? []),
  );
  return new Set([...connected, ...(tiers ?? []).flatMap(({ securityGroups }) => securityGroups ?? [])]);
}
