import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import { efaInterfaces } from './efa';
import type { LaunchTemplateInput } from './launch-template-input';

type Data = ec2.CfnLaunchTemplate.LaunchTemplateDataProperty;

type Interface = ec2.CfnLaunchTemplate.NetworkInterfaceProperty;

type Input = Pick<LaunchTemplateInput, 'node' | 'instances' | 'efaGroup' | 'capacityBlock'>;

/**
 * What the L2 of the floor cannot say of hardware: tenancy, CPU options (`cpuOptions` of CDK 2.268 and
 * newer), adapters and capacity blocks.
 */
export function withHardware(data: Data, input: Input): Data {
  return { ...data, ...placement(data, input), ...cpus(input), ...network(data, input), ...market(input) };
}

function placement(data: Data, { node }: Input): Data {
  if (!node.hardware?.dedicatedTenancy) return {};
  return { placement: { ...(data.placement as object | undefined), tenancy: 'dedicated' } };
}

function cpus({ node }: Input): Data {
  const { coreCount, threadsPerCore, nestedVirtualization, amdSevSnp } = node.hardware ?? {};
  const options = {
    coreCount,
    threadsPerCore,
    nestedVirtualization: nestedVirtualization ? 'enabled' : undefined,
    amdSevSnp: amdSevSnp ? 'enabled' : undefined,
  };
  return Object.values(options).some((value) => value !== undefined) ? { cpuOptions: options } : {};
}

/** EC2 takes security groups of the interfaces or of the instance, and refuses both. */
function network(data: Data, { instances, efaGroup }: Input): Data {
  if (efaGroup === undefined) return {};
  const [given] = Array.isArray(data.networkInterfaces) ? data.networkInterfaces : [];
  const first = (given as Interface | undefined) ?? { groups: data.securityGroupIds };
  return { networkInterfaces: efaInterfaces(instances, first, efaGroup), securityGroupIds: undefined };
}

function market({ capacityBlock }: Input): Data {
  if (capacityBlock === undefined) return {};
  return {
    instanceMarketOptions: { marketType: 'capacity-block' },
    capacityReservationSpecification: {
      capacityReservationTarget: { capacityReservationId: capacityBlock },
    },
  };
}
