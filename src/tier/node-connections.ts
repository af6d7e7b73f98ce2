import * as ec2 from 'aws-cdk-lib/aws-ec2';

/** The connections of a tier's nodes: a group that is added to them is one of the nodes. */
export class NodeConnections extends ec2.Connections {
  public constructor(
    securityGroups: ec2.ISecurityGroup[],
    private readonly addToNodes: (group: ec2.ISecurityGroup) => void,
  ) {
    super({ securityGroups });
  }

  public override addSecurityGroup(...securityGroups: ec2.ISecurityGroup[]): void {
    super.addSecurityGroup(...securityGroups);
    for (const group of securityGroups) this.addToNodes(group);
  }
}
