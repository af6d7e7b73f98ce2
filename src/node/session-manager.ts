import * as iam from 'aws-cdk-lib/aws-iam';

/**
 * What the SSM agent needs for Session Manager and Run Command, and no more.
 *
 * Amazon's managed policy `AmazonSSMManagedInstanceCore` also allows reading every parameter of the account, which a node has no use for. The
 * actions know no resources ("*" is the only one that IAM accepts for them), except `ssm:UpdateInstanceInformation`, whose
 * resource is the instance itself, which has no ARN before it exists.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/getting-started-create-iam-instance-profile.html
 */
export function sessionManagerStatements(): iam.PolicyStatement[] {
  return [
    new iam.PolicyStatement({
      sid: 'SessionManagerAndRunCommand',
      actions: [
        'ssm:UpdateInstanceInformation',
        'ssmmessages:CreateControlChannel',
        'ssmmessages:CreateDataChannel',
        'ssmmessages:OpenControlChannel',
        'ssmmessages:OpenDataChannel',
        // Run Command of agents that have not moved to ssmmessages, and of regions that have not.
        'ec2messages:AcknowledgeMessage',
        'ec2messages:DeleteMessage',
        'ec2messages:FailMessage',
        'ec2messages:GetEndpoint',
        'ec2messages:GetMessages',
        'ec2messages:SendReply',
      ],
      resources: ['*'],
    }),
  ];
}
