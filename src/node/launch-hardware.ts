import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import { efaInterfaces } from './efa';
import type { InstanceChoice } from './instance-choice';
import type { NodeHardware } from './node-hardware';

type Data = ec2.CfnLaunchTemplate.LaunchTemplateDataProperty;

type Interface = ec2.CfnLaunchTemplate.NetworkInterfaceProperty;

/** What the data of a launch template becomes. */
export interface LaunchHardware {
  readonly hardware: NodeHardware;
  readonly instances: InstanceChoice;
  /** The security group of the adapters, where there are some. */
  readonly efaGroup?: ec2.ISecurityGroup;
  /** The capacity block that the nodes are bought in. */
  readonly capacityBlock?: string;
}

/**
 * What the L2 of the floor cannot say of hardware: tenancy, CPU options (`cpuOptions` of CDK 2.268 and
 * newer), adapters and capacity blocks.
 */
export function withHardware(data: Data, given: LaunchHardware): Data {
  return { ...data, ...placement(data, given), ...cpus(given), ...network(data, given), ...market(given) };
}

function placement(data: Data, { hardware }: LaunchHardware): Data {
  if (!hardware.dedicatedTenancy) return {};
  return { placement: { ...(data.placement as object | undefined), tenancy: 'dedicated' } };
}

function cpus({ hardware }: LaunchHardware): Data {
  const { coreCount, threadsPerCore, nestedVirtualization, amdSevSnp } = hardware;
  const options = {
    coreCount,
    threadsPerCore,
    nestedVirtualization: nestedVirtualization ? 'enabled' : undefined,
    amdSevSnp: amdSevSnp ? 'enabled' : undefined,
  };
  return Object.values(options).some((value) => value !== undefined) ? { cpuOptions: options } : {};
}

/** EC2 takes security groups of the interfaces or of the instance, and refuses both. */
function network(data: Data, { instances, efaGroup }: LaunchHardware): Data {
  if (efaGroup === undefined) return {};
  const [given] = Array.isArray(data.networkInterfaces) ? data.networkInterfaces : [];
  const first = (given as Interface | undefined) ?? { groups: data.securityGroupIds };
  return { networkInterfaces: efaInterfaces(instances, first, efaGroup), securityGroupIds: undefined };
}

function market({ capacityBlock }: LaunchHardware): Data {
  if (capacityBlock === undefined) return {};
  return {
    instanceMarketOptions: { marketType: 'capacity-block' },
    capacityReservationSpecification: {
      capacityReservationTarget: { capacityReservationId: capacityBlock },
    },
  };
}
