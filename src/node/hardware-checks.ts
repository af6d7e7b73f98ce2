import { Token } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { IConstruct } from 'constructs';
import { fail } from '../private/errors';
import type { InstanceChoice } from './instance-choice';
import { architectureOfType, familyOf } from './instance-family';
import { specsOf } from './instance-type-specs';
import { knownNames } from './known-types';
import type { NodeHardware } from './node-hardware';

const CODE = 'InvalidHardware';

const { CLUSTER, SPREAD } = ec2.PlacementGroupStrategy;

/** Families that have a feature of the CPU. One that is newer than the table of types is not refused. */
const NESTED = /^[cmr]8i(-flex)?$/;
const SEV_SNP = /^[cmr]6a$/;

/** Refuses what the instance types do not have, before anything is made. */
export function checkHardware(
  scope: IConstruct,
  hardware: NodeHardware,
  instances: InstanceChoice,
  associatePublicIpAddress: boolean | undefined,
): void {
  const types = knownNames(instances.types);
  checkCpus(scope, hardware, types);
  checkPlacement(scope, hardware, types);
  if (hardware.efa) checkEfa(scope, instances, types, associatePublicIpAddress);
}

function checkCpus(scope: IConstruct, hardware: NodeHardware, types: readonly string[]): void {
  const { coreCount, threadsPerCore, nestedVirtualization, amdSevSnp } = hardware;
  if ((coreCount === undefined) !== (threadsPerCore === undefined)) {
    const [given, missing] =
      coreCount === undefined ? ['threadsPerCore', 'coreCount'] : ['coreCount', 'threadsPerCore'];
    fail(CODE, `\`hardware.${given}\` needs \`hardware.${missing}\`: EC2 takes both or neither`, scope);
  }
  if (coreCount !== undefined && threadsPerCore !== undefined)
    checkCores(scope, coreCount, threadsPerCore, types);
  if (nestedVirtualization) checkFamily(scope, 'nestedVirtualization', NESTED, 'c8i, m8i and r8i', types);
  if (amdSevSnp) checkFamily(scope, 'amdSevSnp', SEV_SNP, 'c6a, m6a and r6a', types);
}

function checkCores(scope: IConstruct, cores: number, threads: number, types: readonly string[]): void {
  const metal = types.find((type) => /\.metal/.test(type) || type.startsWith('t2.'));
  if (metal !== undefined)
    fail(CODE, `\`hardware.coreCount\` must not be set for ${metal}, whose CPUs are as they are`, scope);
  if (Token.isUnresolved(cores) || Token.isUnresolved(threads)) return;
  for (const type of types) {
    if (threads > 1 && architectureOfType(type) === ec2.InstanceArchitecture.ARM_64)
      fail(CODE, `\`hardware.threadsPerCore\` must be 1 for ${type}: Graviton has one thread a core`, scope);
    const vCpus = specsOf(type)?.vCpus;
    if (vCpus !== undefined && cores * threads > vCpus) {
      fail(
        CODE,
        `\`hardware.coreCount\` times \`hardware.threadsPerCore\` must be at most the vCPUs of ${type}, ` +
          `${vCpus}, got: ${cores * threads}`,
        scope,
      );
    }
  }
}

function checkFamily(
  scope: IConstruct,
  field: keyof NodeHardware,
  families: RegExp,
  named: string,
  types: readonly string[],
): void {
  const without = types.find((type) => specsOf(type) !== undefined && !families.test(familyOf(type)));
  if (without === undefined) return;
  fail(CODE, `\`hardware.${field}\` must be set for ${named} only, got: ${without}`, scope);
}

function checkPlacement(scope: IConstruct, hardware: NodeHardware, types: readonly string[]): void {
  const { placementGroup, dedicatedTenancy } = hardware;
  if (dedicatedTenancy) {
    const t2 = types.find((type) => type.startsWith('t2.'));
    if (t2 !== undefined)
      fail(
        CODE,
        `\`hardware.dedicatedTenancy\` must not be set for ${t2}: T2 has shared hardware only`,
        scope,
      );
    if (placementGroup?.strategy === SPREAD) {
      fail(
        CODE,
        '`hardware.dedicatedTenancy` excludes a spread placement group: EC2 places no Dedicated Instance in ' +
          'one. Leave either out',
        scope,
      );
    }
  }
  if (placementGroup?.strategy !== CLUSTER) return;
  const unfit = types.find((type) => /^t\d|-flex\./.test(type));
  if (unfit === undefined) return;
  fail(
    CODE,
    `\`hardware.placementGroup\` must not be a cluster placement group for ${unfit}: EC2 takes no burstable ` +
      'and no flex types there',
    scope,
  );
}

function checkEfa(
  scope: IConstruct,
  instances: InstanceChoice,
  types: readonly string[],
  associatePublicIpAddress: boolean | undefined,
): void {
  if (instances.requirements !== undefined) {
    fail(
      CODE,
      '`hardware.efa` needs `instanceTypes`: types that are chosen by attributes may have no adapter',
      scope,
    );
  }
  const without = types.find((type) => specsOf(type)?.efaInterfaces === 0);
  if (without !== undefined) {
    fail(
      CODE,
      `\`hardware.efa\` must not be set for ${without}, which has no Elastic Fabric Adapter. Take a larger ` +
        'type, or a family that has some',
      scope,
    );
  }
  if (associatePublicIpAddress === true && efaCount(instances) > 1) {
    fail(
      CODE,
      '`associatePublicIpAddress` must not be set with several adapters: EC2 gives an address to an ' +
        'instance with one network interface only',
      scope,
    );
  }
}

/** As many as each of the types has; one where no type is known. */
export function efaCount({ types }: InstanceChoice): number {
  const counts = knownNames(types).flatMap((type) => specsOf(type)?.efaInterfaces ?? []);
  return counts.length === types.length ? Math.min(...counts) : 1;
}

/** Nodes of a rack spread group that run in each zone, at most. */
const SPREAD_IN_A_ZONE = 7;

/** Refuses zones and a maximum that a placement group or EFA does not go with. None: not known. */
export function checkZones(
  scope: IConstruct,
  hardware: NodeHardware,
  zones: readonly string[] | undefined,
  maxCapacity: number,
): void {
  if (zones === undefined) return;
  const { placementGroup, efa } = hardware;
  const why = efa
    ? ['efa', 'adapters do not reach into another zone']
    : placementGroup?.strategy === CLUSTER
      ? ['placementGroup', 'a cluster placement group is in one zone']
      : undefined;
  if (why !== undefined && zones.length > 1) {
    fail(
      CODE,
      `\`hardware.${why[0]}\` needs subnets in one zone, got: ${zones.join(', ')}: ${why[1]}. Write ` +
        `\`vpcSubnets: { subnetType: …, availabilityZones: ['${zones[0]}'] }\``,
      scope,
    );
  }
  const isOnRacks =
    placementGroup?.strategy === SPREAD && placementGroup.spreadLevel !== ec2.PlacementGroupSpreadLevel.HOST;
  const most = SPREAD_IN_A_ZONE * zones.length;
  if (!isOnRacks || Token.isUnresolved(maxCapacity) || maxCapacity <= most) return;
  fail(
    CODE,
    `\`maxCapacity\` must be at most ${most} with a spread placement group, which takes ${SPREAD_IN_A_ZONE} ` +
      `nodes in each zone, got: ${maxCapacity}`,
    scope,
  );
}
