import { CfnParameter } from 'aws-cdk-lib';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import {
  type ImageUpdateOptions,
  ImageUpdates,
  NodeReplacement,
  type RollingReplacementOptions,
} from '../../src';
import { SMALL, type TestStack } from '../helpers/estate';
import { type Account, deployable, type Group, IMAGE, image, type Run } from './account';

export const ROLE = 'arn:aws:iam::111122223333:role/cfn-exec-role';

const schedule = ScheduleExpression.cron({ hour: '3', minute: '0' });

export interface UpdatedProps {
  readonly imageUpdates?: Partial<ImageUpdateOptions>;
  readonly rolling?: (stack: TestStack) => RollingReplacementOptions;
  /** @default - a role, as the CDK CLI passes one */
  readonly role?: string;
  readonly more?: (stack: TestStack) => void;
}

/** A stack with a topic, a plain parameter, a tag, and a tier whose nodes get new images in a window. */
export class Updated {
  private static stacks = 0;

  /** Deployed, with image a, which is ten days old. */
  public static async with(account: Account, props: UpdatedProps = {}): Promise<Updated> {
    const name = `Images${++Updated.stacks}`;
    const stack = deployable(name);
    const topic = new sns.Topic(stack, 'Alerts', { topicName: `alerts-of-${name}` });
    const imageUpdates = ImageUpdates.scheduled({ schedule, topic, ...props.imageUpdates });
    stack.cluster({
      tiers: [{ name: 'general', instanceTypes: [SMALL], machineImage: image }],
      replacement: NodeReplacement.rolling({ imageUpdates, ...props.rolling?.(stack) }),
    });
    new CfnParameter(stack, 'Plain');
    props.more?.(stack);
    const updated = new Updated(account, name);
    await updated.publish('a', 10);
    await account.deployTemplate(name, stack.template.toJSON(), {
      Parameters: [{ ParameterKey: 'Plain', ParameterValue: 'kept' }],
      Tags: [{ Key: 'team', Value: 'orders' }],
      ...(props.role === '' ? {} : { RoleARN: props.role ?? ROLE }),
    });
    [updated.group] = await account.groups(name);
    return updated;
  }

  public group!: Group;

  private constructor(
    private readonly account: Account,
    public readonly name: string,
  ) {}

  /** An image is the newest now: its parameter has named it for so many days. */
  public async publish(letter: string, days: number): Promise<void> {
    await this.account.aws.happens('publish', { name: IMAGE, image: id(letter), days });
  }

  public async freeze(value?: string): Promise<void> {
    const Name = `/cdk-ecs-auto-scaled-cluster/${this.name}/image-updates/freeze`;
    await (value === undefined
      ? this.account.aws.call('ssm', 'delete_parameter', { Name })
      : this.account.aws.call('ssm', 'put_parameter', {
          Name,
          Value: value,
          Type: 'String',
          Overwrite: true,
        }));
  }

  /** A window begins: the run, when it has ended. */
  public async window(): Promise<Run> {
    return this.ended(await this.begins());
  }

  public begins(): Promise<() => Promise<Run>> {
    return this.account.start('ImageUpdates', {}, this.name);
  }

  public ended(run: () => Promise<Run>): Promise<Run> {
    return this.account.ended(run);
  }

  public async lastStateOf(run: Run): Promise<string | undefined> {
    return (await this.account.passed(run)).at(-1);
  }

  /** The image that new nodes get, as its letter. */
  public async image(): Promise<string> {
    const [LaunchTemplateId] = await this.account.idsOf('AWS::EC2::LaunchTemplate', this.name);
    const { LaunchTemplateVersions } = await this.account.aws.call(
      'ec2',
      'describe_launch_template_versions',
      {
        LaunchTemplateId,
        Versions: ['$Latest'],
      },
    );
    return LaunchTemplateVersions[0].LaunchTemplateData.ImageId.at(-1);
  }

  public async stack(): Promise<any> {
    const { Stacks } = await this.account.aws.call('cloudformation', 'describe_stacks', {
      StackName: this.name,
    });
    return Stacks[0];
  }

  public changeSets(): Promise<{ name: string; execution: string }[]> {
    return this.account.aws.happens('change_sets', { stack: this.name });
  }

  /** What was done with change sets since the last time. */
  public async calls(): Promise<string[]> {
    const all: string[] = await this.account.aws.happens('calls');
    return all.filter((call) => call.endsWith(` ${this.name}`)).map((call) => call.split(' ')[0]);
  }

  /** What its topic was sent since the last time. */
  public async messages(): Promise<string[]> {
    return (await this.account.messagesTo(this.name)).map(({ message }) => message);
  }
}

export function id(letter: string): string {
  return `ami-0000000000000000${letter}`;
}

/** A resource of the stack that reads another parameter of the parameter store. */
export function readsAnother(stack: TestStack): void {
  new ssm.StringParameter(stack, 'Reader', {
    stringValue: ssm.StringParameter.valueForStringParameter(stack, '/another/setting'),
  });
}
