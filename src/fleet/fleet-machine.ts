import { ArnFormat, Aws, type Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { forThisAccount } from '../private/service-principal';

/** What a state machine of this folder is made of. */
export interface RolloutMachineProps {
  /** Part of the log group's name: lower case, hyphens. */
  readonly name: string;
  /** Stands in the console on the machine and its rule. */
  readonly description: string;
  readonly start: sfn.IChainable;
  readonly timeout: Duration;
  /** The whole of what the machine may do, but for its clusters, its log and its traces. */
  readonly statements: iam.PolicyStatement[];
  readonly detailType: string;
  readonly detail: Record<string, unknown>;
}

/**
 * A Standard state machine that an event of Auto Scaling starts: its rule, its role and its log.
 *
 * Standard and not Express, because a run lasts longer than five minutes and its history is what an operator
 * looks at. It is logged (level ALL) and traced as AWS's security rules ask (cdk-nag's SF1 and SF2); a few
 * runs a month cost next to nothing. It is encrypted with a key that AWS owns, as every machine is: what it
 * handles are ids.
 */
export class RolloutMachine extends Construct {
  public readonly machine: sfn.StateMachine;
  public readonly role: iam.Role;

  public constructor(scope: Construct, props: RolloutMachineProps) {
    super(scope, 'Machine');
    const logGroup = new logs.LogGroup(this, 'Log', {
      // Elsewhere each log group of a state machine takes a part of the region's one resource policy, and
      // after some forty no more can be made.
      logGroupName: `/aws/vendedlogs/states/${Aws.STACK_NAME}/${props.name}`,
      retention: logs.RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.role = new iam.Role(this, 'Role', {
      assumedBy: forThisAccount('states.amazonaws.com', this),
      description: props.description,
    });
    for (const statement of [...props.statements, ...observability()])
      this.role.addToPrincipalPolicy(statement);
    this.machine = new sfn.StateMachine(this, 'Resource', {
      definitionBody: sfn.DefinitionBody.fromChainable(props.start),
      queryLanguage: sfn.QueryLanguage.JSONATA,
      comment: props.description,
      timeout: props.timeout,
      // The tasks would add statements of their own to the role, without conditions: `ecs:PutAttributes` for
      // the nodes of every cluster.
      role: this.role.withoutPolicyUpdates(),
      logs: { destination: logGroup, level: sfn.LogLevel.ALL, includeExecutionData: true },
      tracingEnabled: true,
    });
    new events.Rule(this, 'Rule', {
      description: props.description,
      eventPattern: { source: ['aws.autoscaling'], detailType: [props.detailType], detail: props.detail },
      targets: [new targets.SfnStateMachine(this.machine)],
    });
  }
}

/** As CDK would add them. Neither service knows a resource here: "*" is the only one that IAM accepts. */
function observability(): iam.PolicyStatement[] {
  return [
    new iam.PolicyStatement({
      sid: 'DeliverTheLog',
      actions: [
        'logs:CreateLogDelivery',
        'logs:GetLogDelivery',
        'logs:UpdateLogDelivery',
        'logs:DeleteLogDelivery',
        'logs:ListLogDeliveries',
        'logs:PutResourcePolicy',
        'logs:DescribeResourcePolicies',
        'logs:DescribeLogGroups',
      ],
      resources: ['*'],
    }),
    new iam.PolicyStatement({
      sid: 'SendTraces',
      actions: [
        'xray:PutTraceSegments',
        'xray:PutTelemetryRecords',
        'xray:GetSamplingRules',
        'xray:GetSamplingTargets',
      ],
      resources: ['*'],
    }),
  ];
}

/** The ARNs of all groups of the account and region: a condition on the group's tag says which are meant. */
export function anyGroup(scope: Construct): string {
  return Stack.of(scope).formatArn({
    service: 'autoscaling',
    resource: 'autoScalingGroup',
    resourceName: '*:autoScalingGroupName/*',
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}
