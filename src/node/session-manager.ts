import { FeatureFlags, type IResolveContext } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';

/**
 * What the SSM agent needs for Session Manager and Run Command, and no more.
 *
 * Amazon's managed policy `AmazonSSMManagedInstanceCore` also allows reading every parameter of the account,
 * which a node has no use for. The actions know no resources ("*" is the only one that IAM accepts for them),
 * except `ssm:UpdateInstanceInformation`, whose resource is the instance itself, which has no ARN before it
 * exists.
 *
 * @see
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/getting-started-create-iam-instance-profile.html
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

/** CDK sorts what it may merge: with this flag the actions are in alphabetical order. */
export const MINIMIZE_POLICIES = '@aws-cdk/aws-iam:minimizePolicies';

/**
 * A document that says the same in every app: rendered once, where CDK would do so for each role and at
 * each of four passes.
 */
class SessionManagerDocument extends iam.PolicyDocument {
  public override get isEmpty(): boolean {
    return false;
  }

  /** What CDK lists of a role that was made before the app (`Role.customizeRoles()`). */
  public override toJSON(): unknown {
    return render(false);
  }

  public override resolve(context: IResolveContext): unknown {
    return render(FeatureFlags.of(context.scope).isEnabled(MINIMIZE_POLICIES) ?? false);
  }
}

const RENDERED = new Map<boolean, unknown>();

function render(sorted: boolean): unknown {
  let json = RENDERED.get(sorted);
  if (json === undefined) {
    const [statement] = sessionManagerStatements().map(
      (one) => one.toStatementJson() as { Action: string[] },
    );
    json = {
      Statement: [{ ...statement, Action: sorted ? [...statement.Action].sort() : statement.Action }],
      Version: '2012-10-17',
    };
    RENDERED.set(sorted, json);
  }
  return json;
}

/** The same document for all roles. */
export const SESSION_MANAGER = new SessionManagerDocument();
