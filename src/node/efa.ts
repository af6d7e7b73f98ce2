import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import { onceIn } from '../private/once-in';
import { efaCount } from './hardware-checks';
import type { InstanceChoice } from './instance-choice';
import { familyOf } from './instance-family';
import { knownNames } from './known-types';

type Interface = ec2.CfnLaunchTemplate.NetworkInterfaceProperty;

/** Families whose first network card has no Elastic Fabric Adapter (EC2 User Guide, "Network cards"). */
const FIRST_CARD_WITHOUT = /^p6-b300$/;

/**
 * The security group of adapters: a node must reach itself and the others in both directions, by rules that
 * name the group. A rule for all addresses will not do.
 */
export function efaSecurityGroup(scope: Construct, vpc: ec2.IVpc): ec2.ISecurityGroup {
  return onceIn(scope, 'EfaSecurityGroup', (id) => {
    const group = new ec2.SecurityGroup(scope, id, {
      vpc,
      description: 'Elastic Fabric Adapters of ECS nodes',
      allowAllOutbound: false,
    });
    group.addIngressRule(group, ec2.Port.allTraffic(), 'from the adapters of all nodes');
    group.addEgressRule(group, ec2.Port.allTraffic(), 'to the adapters of all nodes');
    return group;
  });
}

/**
 * The network interfaces of a node with adapters, `groups` those of its first one. With one adapter it is the
 * interface for all traffic as well. With several the first interface is a plain one, and each card has an
 * adapter that takes no address (EC2 User Guide, "Maximize network bandwidth").
 */
export function efaInterfaces(
  instances: InstanceChoice,
  first: Interface,
  efaGroup: ec2.ISecurityGroup,
): Interface[] {
  const count = efaCount(instances);
  const primary = { ...first, deviceIndex: 0, networkCardIndex: 0, deleteOnTermination: true };
  if (count === 1) return [{ ...primary, interfaceType: 'efa' }];
  const from = knownNames(instances.types).some((type) => FIRST_CARD_WITHOUT.test(familyOf(type))) ? 1 : 0;
  const adapters = Array.from({ length: count }, (_none, index) => ({
    networkCardIndex: from + index,
    // the first card's place 0 is that of the plain interface
    deviceIndex: from + index === 0 ? 1 : 0,
    interfaceType: 'efa-only',
    groups: [efaGroup.securityGroupId],
    deleteOnTermination: true,
  }));
  return [primary, ...adapters];
}
