import type { aws_ec2 as ec2 } from 'aws-cdk-lib';
import { warn } from '../../private/warning';
import { type Problem, problemAt } from '../../rendered/problem';
import { field, opened, property } from '../../rendered/resource';
import type { HostedService } from '../hosted-service';
import { networkModeOf } from '../task-definition';

/**
 * Tasks in awsvpc mode have their own network interface, which on EC2 never has a public IP address: in
 * a public subnet they have no way out.
 *
 * To ask for an address is refused, as ECS does it when the service is made. A public subnet is a warning,
 * since it may be meant (a task that talks to the VPC only).
 */
export function checkTaskNetwork(service: HostedService): Problem[] {
  if (!service.runsOnNodes || networkModeOf(service) !== 'awsvpc') return [];
  if (service.rendered('networkConfiguration', 'awsvpcConfiguration', 'assignPublicIp') === 'ENABLED') {
    return [
      problemAt(
        service.resource,
        'PublicIpOnNodes',
        `\`assignPublicIp\` must not be set for the service "${service.path}", which runs on the nodes ` +
          `of the cluster "${service.cluster.scope.node.path}". ECS gives public addresses to tasks on ` +
          'Fargate only, and refuses it here. Leave it out, and put the tasks into private subnets with a ' +
          'way out',
      ),
    ];
  }
  const subnets = publicSubnetsOf(service);
  if (subnets.length === 0) return [];
  warn(
    service.resource,
    'Service.publicSubnets',
    `The tasks of the service "${service.path}" on the cluster "${service.cluster.scope.node.path}" ` +
      `are in public subnets (${subnets.join(', ')}) and in awsvpc mode. On EC2 they get no public ` +
      'address, and so have no way out, not to AWS either. Choose private subnets with a way out: ' +
      '`vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS }`.',
  );
  return [];
}

/** The public subnets of the cluster's VPC that the service names, by their paths. */
function publicSubnetsOf(service: HostedService): string[] {
  const { vpc } = service.cluster.scope as { vpc?: ec2.IVpc };
  const configuration = field(
    opened(service.resource, property(service.resource, 'networkConfiguration')),
    'awsvpcConfiguration',
  );
  const subnets = opened(service.resource, field(opened(service.resource, configuration), 'subnets'));
  if (vpc === undefined || !Array.isArray(subnets)) return [];
  // Both are the same text, a token too, where both come from the construct of the subnet.
  return vpc.publicSubnets
    .filter(({ subnetId }) => subnets.includes(subnetId))
    .map((subnet) => subnet.node.path);
}
