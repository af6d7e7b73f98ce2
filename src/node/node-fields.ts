import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { NODE_BOOTSTRAP_OPTIONS } from '../bootstrap/bootstrap-fields';
import { wholeNumber } from '../private/bounds';
import { INSTANCE_TYPE, KEY_PAIR, MACHINE_IMAGE, ROLE, SECURITY_GROUP } from '../private/cdk-types';
import { flag, listOf, member } from '../private/expected-type';
import { Destination, type InheritedFields, RENDERED, Struct } from '../private/fields';
import type { Count } from '../private/value';
import { INSTANCE_REQUIREMENTS } from './instance-requirements';
import { HARDWARE } from './node-hardware';
import type { NodeProps } from './node-props';
import { VOLUME } from './node-volume';
import { VOLUME_TAGS } from './volume-tags';

/** The launch template, as CDK makes it. */
export const LAUNCH_TEMPLATE = new Destination<ec2.LaunchTemplateProps>('ec2.LaunchTemplate');

/** EC2 Auto Scaling takes at most 40 instance types in a mixed-instances group. */
const TYPES: Count = {
  min: 1,
  max: 40,
  named: 'instance type',
  code: 'TooManyInstanceTypes',
  codeOfNone: 'NoInstanceType',
};

/** EC2 takes at most 16 security groups an interface, where the quota is raised. */
export const MAX_GROUPS = 16;

const GROUPS: Count = {
  min: 1,
  max: MAX_GROUPS,
  named: 'group',
  code: 'InvalidSecurityGroups',
  codeOfNone: 'NoSecurityGroup',
};

const FIELDS = {
  role: { value: ROLE, combine: 'replace', to: RENDERED },
  instanceTypes: { value: listOf(INSTANCE_TYPE, TYPES), combine: 'replace', to: RENDERED },
  instanceRequirements: { value: INSTANCE_REQUIREMENTS, combine: 'replace', to: RENDERED },
  hardware: { value: HARDWARE, combine: 'replace', to: RENDERED },
  machineImage: { value: MACHINE_IMAGE, combine: 'replace', to: RENDERED },
  securityGroups: { value: listOf(SECURITY_GROUP, GROUPS), combine: 'replace', to: RENDERED },
  additionalSecurityGroups: {
    value: listOf(SECURITY_GROUP, { ...GROUPS, min: 0, max: MAX_GROUPS - 1 }),
    combine: 'replace',
    to: RENDERED,
  },
  keyPair: { value: KEY_PAIR, combine: 'replace', to: LAUNCH_TEMPLATE.field('keyPair') },
  volumes: { value: listOf(VOLUME), combine: 'replace', to: RENDERED },
  httpPutResponseHopLimit: {
    value: wholeNumber('InvalidHopLimit', { min: 1, max: 64 }),
    default: 1,
    combine: 'replace',
    to: LAUNCH_TEMPLATE.field('httpPutResponseHopLimit'),
  },
  associatePublicIpAddress: {
    value: flag,
    combine: 'replace',
    to: LAUNCH_TEMPLATE.field('associatePublicIpAddress'),
  },
  detailedMonitoring: { value: flag, combine: 'replace', to: LAUNCH_TEMPLATE.field('detailedMonitoring') },
  cpuCredits: {
    value: member('ec2.CpuCredits', ec2.CpuCredits),
    combine: 'replace',
    to: LAUNCH_TEMPLATE.field('cpuCredits'),
  },
  volumeTags: { value: VOLUME_TAGS, combine: 'replace', to: RENDERED },
  ...NODE_BOOTSTRAP_OPTIONS.fields,
} satisfies InheritedFields<NodeProps>;

/** What a node is. Messages list its fields in this order. */
export const NODE = new Struct<NodeProps, typeof FIELDS>('NodeProps', FIELDS);

/** What a cluster says, without its way of choosing instances where the tier has the other way. */
export function withoutOtherInstances<P extends NodeProps>(cluster: P, tier: NodeProps): P {
  if (tier.instanceRequirements) return { ...cluster, instanceTypes: undefined };
  return tier.instanceTypes ? { ...cluster, instanceRequirements: undefined } : cluster;
}
