import { warn } from '../private/warning';
import { coversPorts, type SecurityRule, SecurityRules } from '../rendered/security-rules';
import { StageResources } from '../rendered/stage-resources';
import { nodeSecurityGroups } from './node-security-groups';
import type { IpProtocol } from './subnet-exits';
import { protocolOf, type TierNetwork } from './tier-exits';

const HTTPS = { protocol: 'tcp', from: 443, to: 443 } as const;

/**
 * Warns about nodes whose security groups, all of them of this app, let no HTTPS out: neither ECS nor an
 * endpoint is reached. CDK renders a rule for an address that cannot be in place of none, since EC2 would let
 * all out.
 *
 * One rule to any destination is enough: endpoints and proxies may be in the VPC.
 */
export function warnOfClosedEgress(network: TierNetwork): void {
  const { scope, launchTemplate } = network;
  // Its port is another.
  if (network.agent.httpProxy !== undefined) return;
  const protocol = protocolOf(network);
  const groups = nodeSecurityGroups(launchTemplate) ?? [];
  const rules = SecurityRules.of(StageResources.of(scope));
  const isClosed =
    groups.length > 0 &&
    groups.every((group) => rules.controlsEgress(group)) &&
    !groups.some((group) => rules.of(group, 'egress').some((rule) => letsHttpsOut(rule, protocol)));
  if (!isClosed) return;
  const anywhere = protocol === 'ipv6' ? 'ec2.Peer.anyIpv6()' : 'ec2.Peer.anyIpv4()';
  const addresses = protocol === 'ipv6' ? ' over IPv6, which `agent.instanceIpCompatibility` names' : '';
  warn(
    scope,
    'InstanceTier.closedEgress',
    `No security group of the nodes of the tier "${scope.node.path}" lets TCP port 443 ` +
      `out${addresses}: they cannot reach ECS, and never join the cluster. Add ` +
      `\`tier.connections.allowTo(${anywhere}, ec2.Port.tcp(443))\`, or a rule to the security groups of ` +
      'the VPC endpoints.',
  );
}

function letsHttpsOut(rule: SecurityRule, protocol: IpProtocol): boolean {
  const isOnlyFor = (other: IpProtocol) =>
    rule.peer === undefined &&
    rule.other === undefined &&
    (other === 'ipv4' ? rule.ipv6 === undefined : rule.ipv4 === undefined);
  if (protocol !== undefined && isOnlyFor(protocol === 'ipv4' ? 'ipv6' : 'ipv4')) return false;
  return rule.ipv4 !== '255.255.255.255/32' && coversPorts(rule, HTTPS);
}
