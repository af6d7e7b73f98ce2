import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import { wholeNumber } from '../private/bounds';
import { PLACEMENT_GROUP } from '../private/cdk-types';
import { knownFlag } from '../private/expected-type';
import { type Fields, RENDERED, Struct } from '../private/fields';

/**
 * The hardware of a node: where EC2 places it, its network adapters and its CPUs.
 *
 * @example
 * declare const cluster: EcsAutoScaledCluster;
 * declare const vpc: ec2.IVpc;
 * const zone = 'eu-central-1a';
 * cluster.addTier('training', {
 *   instanceTypes: [new ec2.InstanceType('p5.48xlarge')],
 *   vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS, availabilityZones: [zone] },
 *   hardware: {
 *     placementGroup: new ec2.PlacementGroup(this, 'Near', { strategy: ec2.PlacementGroupStrategy.CLUSTER }),
 *     efa: true,
 *   },
 * });
 */
export interface NodeHardware {
  /**
   * The placement group of the nodes. Refused where its strategy is known: a cluster placement group over
   * several zones, or with burstable types. A spread one with more nodes than 7 in each zone, or with
   * `dedicatedTenancy`.
   *
   * @default - none
   */
  readonly placementGroup?: ec2.IPlacementGroup;

  /**
   * Elastic Fabric Adapters: as many as the smallest of the instance types has. Each has a security group
   * that lets nodes reach each other, in and out, as EFA needs it.
   *
   * Refused: types that have none, subnets in several zones, since adapters do not reach into another zone,
   * and several adapters with `associatePublicIpAddress`.
   *
   * @default false
   * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/efa.html
   */
  readonly efa?: boolean;

  /**
   * Hardware that no other account uses. Burstable types of the t2 family are refused.
   *
   * @default false
   */
  readonly dedicatedTenancy?: boolean;

  /**
   * The number of CPU cores of a node, 1 to 1024. Needs `threadsPerCore`. Refused where a type has fewer
   * vCPUs, and for bare metal.
   *
   * @default - those of the instance type
   */
  readonly coreCount?: number;

  /**
   * Threads of a core, 1 or 2. With 1, simultaneous multithreading is off. Needs `coreCount`. Graviton has 1.
   *
   * @default - those of the instance type
   */
  readonly threadsPerCore?: number;

  /**
   * Virtual machines on the nodes. Only c8i, m8i and r8i and their flex variants have it: other types that
   * the library knows are refused.
   *
   * @default false
   */
  readonly nestedVirtualization?: boolean;

  /**
   * Memory that is encrypted by AMD SEV-SNP. Only c6a, m6a and r6a have it: other types that the library
   * knows are refused.
   *
   * @default false
   */
  readonly amdSevSnp?: boolean;
}

const CODE = 'InvalidHardware';

const FIELDS = {
  placementGroup: { value: PLACEMENT_GROUP, to: RENDERED },
  efa: { value: knownFlag, implied: false, to: RENDERED },
  dedicatedTenancy: { value: knownFlag, implied: false, to: RENDERED },
  coreCount: { value: wholeNumber(CODE, { min: 1, max: 1024 }), to: RENDERED },
  threadsPerCore: { value: wholeNumber(CODE, { min: 1, max: 2 }), to: RENDERED },
  nestedVirtualization: { value: knownFlag, implied: false, to: RENDERED },
  amdSevSnp: { value: knownFlag, implied: false, to: RENDERED },
} satisfies Fields<NodeHardware>;

export const HARDWARE = new Struct<NodeHardware, typeof FIELDS>('NodeHardware', FIELDS, {
  such: '{ efa: true }',
});
