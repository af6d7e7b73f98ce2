import { Aws, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as sns from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { libraryName, onceIn } from '../private/once-in';
import { forThisAccount } from '../private/service-principal';
import { shortHash } from '../private/stacks';

/**
 * Sends EC2's warnings of Spot interruptions to a topic. There is one rule for each stack and topic, however
 * many clusters there are: the event cannot be scoped to any of them.
 *
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-instance-termination-notices.html
 */
export class SpotInterruptions extends Construct {
  public static of(scope: Construct, topic: sns.ITopic): SpotInterruptions {
    const stack = Stack.of(scope);
    const name = libraryName(`SpotInterruptions:${shortHash(topic.node.path)}`);
    return onceIn(stack, name, (id) => new SpotInterruptions(stack, id, topic));
  }

  public readonly rule: events.Rule;

  private constructor(stack: Stack, id: string, topic: sns.ITopic) {
    super(stack, id);
    const instance = events.EventField.fromPath('$.detail.instance-id');
    this.rule = new events.Rule(this, 'Rule', {
      description: 'Spot interruptions of the whole account in this region: the event names no cluster',
      eventPattern: { source: ['aws.ec2'], detailType: ['EC2 Spot Instance Interruption Warning'] },
      targets: [
        new targets.SnsTopic(topic, {
          message: events.RuleTargetInput.fromText(
            'Spot interruption: in two minutes EC2 will ' +
              `${events.EventField.fromPath('$.detail.instance-action')} ${instance}. Managed draining ` +
              'moves its tasks, and its group starts another node. The instance may be anybody’s in this ' +
              `account and region; its tags say whose: aws ec2 describe-instances --region ${Aws.REGION} ` +
              `--instance-ids ${instance} --query 'Reservations[].Instances[].Tags'`,
          ),
        }),
      ],
    });
    // The policy that the rule has just brought replaces SNS's default one, by which alarms may publish:
    // without this they no longer arrive.
    topic.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'CloudWatchAlarms',
        principals: [forThisAccount('cloudwatch.amazonaws.com', stack)],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
      }),
    );
  }

  /** How many interruptions the rule has sent on. */
  public metric(): cloudwatch.Metric {
    return new cloudwatch.Metric({
      namespace: 'AWS/Events',
      metricName: 'Invocations',
      dimensionsMap: { RuleName: this.rule.ruleName },
      statistic: cloudwatch.Stats.SUM,
    }).attachTo(this);
  }
}
