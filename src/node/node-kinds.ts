import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { IConstruct } from 'constructs';
import { INSTANCE_TYPE, KEY_PAIR, MACHINE_IMAGE, ROLE, SECURITY_GROUP } from '../private/cdk-types';
import { checkKind, checkKinds, checkMember, type Kind } from '../private/expected-type';
import type { NodeProps } from './node-props';
import type { NodeVolume } from './node-volume';

const VOLUME: Kind<NodeVolume> = {
  name: 'a NodeVolume: `NodeVolume.root()` or `NodeVolume.additional()`',
  member: '_render',
};

/**
 * Refuses what plain JavaScript lets through. What the node is told at boot is looked at by its bootstrap.
 */
export function checkNodeKinds(scope: IConstruct, props: NodeProps): void {
  checkKinds('instanceTypes', props.instanceTypes, INSTANCE_TYPE, scope);
  checkKind('machineImage', props.machineImage, MACHINE_IMAGE, scope);
  checkKind('role', props.role, ROLE, scope);
  checkKinds('securityGroups', props.securityGroups, SECURITY_GROUP, scope);
  checkKind('keyPair', props.keyPair, KEY_PAIR, scope);
  checkKinds('volumes', props.volumes, VOLUME, scope);
  checkMember('cpuCredits', props.cpuCredits, 'ec2.CpuCredits', ec2.CpuCredits, scope);
}
