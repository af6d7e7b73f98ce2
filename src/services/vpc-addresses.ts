import type { aws_ec2 as ec2 } from 'aws-cdk-lib';
import { isWithin, mayOverlap } from '../rendered/cidr';
import { referencedResource } from '../rendered/references';
import { property } from '../rendered/resource';
import { StageResources } from '../rendered/stage-resources';
import type { HostedService } from './hosted-service';

/** The IPv4 addresses of the VPC of a service's cluster, as far as they are known. */
export class VpcAddresses {
  public static of({ cluster, resource }: HostedService): VpcAddresses {
    const { vpc } = cluster.scope as { vpc?: ec2.IVpc };
    const l1 = referencedResource(vpc?.vpcId, 'AWS::EC2::VPC');
    const block = l1 === undefined ? undefined : property(l1, 'cidrBlock');
    const hasMore = StageResources.of(resource).ofType('AWS::EC2::VPCCidrBlock').length > 0;
    return new VpcAddresses(
      [blockOf(vpc), block].filter((one) => typeof one === 'string'),
      hasMore,
    );
  }

  private constructor(
    /** Names of the same block: a literal, and the token for it. */
    private readonly names: readonly string[],
    private readonly hasMore: boolean,
  ) {}

  public mayHave(cidr: string): boolean {
    return this.hasMore || this.names.every((name) => mayOverlap(cidr, name));
  }

  public haveAllOf(cidr: string): boolean {
    return this.names.some((name) => isWithin(cidr, name));
  }
}

function blockOf(vpc: ec2.IVpc | undefined): string | undefined {
  try {
    return vpc?.vpcCidrBlock;
  } catch {
    // A VPC that is imported without it throws.
    return undefined;
  }
}
