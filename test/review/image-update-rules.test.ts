import {
  App,
  Aspects,
  CfnParameter,
  CliCredentialsStackSynthesizer,
  DefaultStackSynthesizer,
  Duration,
  Fn,
  LegacyStackSynthesizer,
  NestedStack,
  type Stack,
  StackSynthesizer,
} from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import {
  EcsAutoScaledCluster,
  ImageUpdates,
  NodeImage,
  NodeImageResolution,
  NodeReplacement,
  NodeTemplate,
} from '../../src';
import { ARM, SMALL, TestStack, testVpc } from '../helpers/estate';

const schedule = ScheduleExpression.cron({ hour: '3', minute: '0' });
const updates = (options = {}) =>
  NodeReplacement.rolling({ imageUpdates: ImageUpdates.scheduled({ schedule, ...options }) });
const pinned = NodeImage.amazonLinux2023({ resolution: NodeImageResolution.pinned('20260414') });
const tier = (name: string, props = {}) => ({ name, instanceTypes: [SMALL], ...props });

/** What synthesis says of a stack with these tiers; nothing of a good one. */
function said(stack: Stack, props: object, id = 'Orders'): string {
  const vpc = stack instanceof TestStack ? stack.vpc : testVpc(stack);
  new EcsAutoScaledCluster(stack, id, { vpc, replacement: updates(), tiers: [tier('general')], ...props });
  return problems(stack);
}

function problems(stack: Stack): string {
  try {
    (stack.node.root as App).synth();
    return '';
  } catch (error) {
    return String(error);
  }
}

describe('image updates are refused', () => {
  test.each([
    ['a release', { machineImage: pinned }],
    ['an id', { machineImage: ec2.MachineImage.genericLinux({ 'eu-central-1': 'ami-0123456789abcdef0' }) }],
    [
      "the parameter of one of Amazon's releases",
      {
        machineImage: NodeImage.fromSsmParameter(
          '/aws/service/ecs/optimized-ami/amazon-linux-2023/al2023-ami-ecs-hvm-2023.0.20260414-kernel-6.1-x86_64/image_id',
        ),
      },
    ],
  ])('with an image that is %s', (_, image) => {
    const stack = new TestStack(new App(), 'Estate', { env: { region: 'eu-central-1' } });
    expect(said(stack, { tiers: [tier('general', image)] })).toMatch(
      /`imageUpdates` needs a `machineImage` that is looked up at each deployment.*ImageUpdates at Estate\/Orders\/Tiers\/general/s,
    );
  });

  test('for the one tier of a cluster whose image is pinned, until that is rolled without them', () => {
    expect(
      said(new TestStack(), { tiers: [tier('general'), tier('old', { machineImage: pinned })] }),
    ).toMatch(/write `replacement: NodeReplacement.rolling\(\)` for this tier.*Tiers\/old/s);
    const tiers = [
      tier('general'),
      tier('old', { machineImage: pinned, replacement: NodeReplacement.rolling() }),
    ];
    expect(said(new TestStack(), { tiers })).toBe('');
  });

  test.each([
    [
      NodeReplacement.allAtOnce(),
      '`NodeReplacement.allAtOnce()` must not be used in a stack with `imageUpdates`',
    ],
    [
      NodeReplacement.rolling({ readinessGate: false }),
      '`readinessGate: false` must not be set in a stack with `imageUpdates`',
    ],
  ])('with another tier of the stack that would go down in the night', (replacement, message) => {
    const stack = new TestStack();
    stack.cluster({ replacement: updates() });
    const text = said(stack, { replacement, tiers: [tier('other')] }, 'Search');
    expect(text).toContain(`${message} (of Estate/Orders/Tiers/general)`);
    expect(text).toContain('Estate/Search/Tiers/other');
    const good = new TestStack();
    good.cluster({ replacement: updates() });
    expect(said(good, { replacement, tiers: [tier('other', { machineImage: pinned })] }, 'Search')).toBe('');
  });

  test('in a nested stack', () => {
    const parent = new TestStack();
    const nested = new NestedStack(parent, 'Nested');
    expect(said(nested, {})).toContain('`imageUpdates` must not be set in a stack that is nested');
  });

  test.each([new LegacyStackSynthesizer(), new CliCredentialsStackSynthesizer()])(
    'in a stack without a CloudFormation execution role: %s',
    (synthesizer) => {
      expect(said(new TestStack(new App(), 'Estate', { synthesizer }), {})).toContain(
        '`imageUpdates` must not be set in a stack that has no CloudFormation execution role',
      );
    },
  );

  test('in a stack whose previous template cannot be deployed', () => {
    const stack = new TestStack();
    stack.addTransform('AWS::LanguageExtensions');
    expect(said(stack, {})).toContain('a stack that uses `AWS::LanguageExtensions`');
  });
});

describe('tiers of one stack have the same image updates', () => {
  test.each([
    ['another age', { minimumAge: Duration.days(7) }],
    ['another age of the nodes', { maximumAge: Duration.days(30) }],
    ['another time', { schedule: ScheduleExpression.cron({ hour: '4', minute: '0' }) }],
    ['a window', { window: Duration.hours(1) }],
  ])('and not %s', (_, options) => {
    const stack = new TestStack();
    stack.cluster({ replacement: updates() });
    expect(() => stack.cluster({ replacement: updates(options) }, 'Search')).toThrow(
      /`imageUpdates` must be the same for all tiers of a stack.*those of Estate\/Orders\/Tiers\/general.*Estate\/Search\/Tiers\/general/s,
    );
  });

  test('and the same topic', () => {
    const stack = new TestStack();
    stack.cluster({ replacement: updates({ topic: new sns.Topic(stack, 'One') }) });
    const other = updates({ topic: new sns.Topic(stack, 'Two') });
    expect(() => stack.cluster({ replacement: other }, 'Search')).toThrow('`imageUpdates` must be the same');
  });

  test('but not the same object, nor those of another stack', () => {
    const app = new App();
    const stack = new TestStack(app);
    const topic = new sns.Topic(stack, 'Topic');
    stack.cluster({ replacement: updates({ topic }) });
    stack.cluster({ replacement: updates({ topic }) }, 'Search');
    new TestStack(app, 'Another').cluster({ replacement: updates({ minimumAge: Duration.days(7) }) });
    expect(problems(stack)).toBe('');
  });
});

describe('image updates are taken', () => {
  test.each([
    ['the default', {}],
    ['a parameter of your own', { machineImage: NodeImage.fromSsmParameter('/images/node') }],
    ["CDK's own", { machineImage: ec2.MachineImage.fromSsmParameter('/images/node') }],
    ['the one of GPUs', { instanceTypes: [new ec2.InstanceType('g6.xlarge')] }],
    ['one for each architecture', { instanceTypes: [SMALL, ARM] }],
  ])('with an image that is %s', (_, props) => {
    expect(said(new TestStack(), { tiers: [tier('general', props)] })).toBe('');
  });

  test('with an image that is a parameter of the stack, which its name at the deployment decides', () => {
    const stack = new TestStack();
    const id = new CfnParameter(stack, 'Image', {
      type: 'AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>',
      default: '/images/node',
    }).valueAsString;
    const machineImage = {
      getImage: () => ({
        imageId: Fn.conditionIf('Never', 'ami-0123456789abcdef0', id).toString(),
        osType: ec2.OperatingSystemType.LINUX,
        userData: ec2.UserData.forLinux(),
      }),
    };
    expect(said(stack, { tiers: [tier('general', { machineImage })] })).toBe('');
  });

  test('with an image that is the text of a parameter', () => {
    const stack = new TestStack();
    const imageId = ssm.StringParameter.valueForStringParameter(stack, '/images/node');
    const machineImage = {
      getImage: () => ({
        imageId,
        osType: ec2.OperatingSystemType.LINUX,
        userData: ec2.UserData.forLinux(),
      }),
    };
    expect(said(stack, { tiers: [tier('general', { machineImage })] })).toBe('');
  });

  test('where an aspect or an escape hatch has the last word', () => {
    const stack = new TestStack();
    const id = new CfnParameter(stack, 'Image', {
      type: 'AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>',
      default: '/images/node',
    });
    Aspects.of(stack).add({
      visit: (node) => {
        if (node instanceof ec2.CfnLaunchTemplate)
          node.addPropertyOverride('LaunchTemplateData.ImageId', { Ref: id.logicalId });
      },
    });
    expect(said(stack, { tiers: [tier('general', { machineImage: pinned })] })).toBe('');
  });

  test('with a template that tiers share', () => {
    const stack = new TestStack();
    const template = new NodeTemplate(stack, 'Standard', { instanceTypes: [SMALL] });
    expect(said(stack, { tiers: [{ name: 'general', template }] })).toBe('');
  });

  test('next to a tier that is not replaced, whatever its image', () => {
    const replacement = NodeReplacement.onNextLaunch();
    expect(said(new TestStack(), { tiers: [tier('general'), tier('other', { replacement })] })).toBe('');
  });

  test('with a role of your own, and a synthesizer of others that does not say whether it has one', () => {
    class Others extends StackSynthesizer {
      public addFileAsset(): never {
        throw new Error();
      }
      public addDockerImageAsset(): never {
        throw new Error();
      }
      public synthesize(session: any): void {
        this.synthesizeTemplate(session);
        this.emitArtifact(session, {
          cloudFormationExecutionRoleArn: 'arn:aws:iam::111122223333:role/deploy',
        });
      }
    }
    const own = new DefaultStackSynthesizer({
      cloudFormationExecutionRole: 'arn:aws:iam::111122223333:role/deploy',
    });
    for (const synthesizer of [own, new Others()])
      expect(said(new TestStack(new App(), 'Estate', { synthesizer }), {})).toBe('');
  });

  test('and the state machine knows the parameters by which the images are looked up', () => {
    const stack = new TestStack();
    stack.cluster({ replacement: updates(), tiers: [tier('general', { instanceTypes: [SMALL, ARM] })] });
    new NodeTemplate(stack, 'Unused', {
      instanceTypes: [SMALL],
      machineImage: NodeImage.fromSsmParameter('/x'),
    });
    const parameters = Object.entries<any>(Template.fromStack(stack).toJSON().Parameters);
    const images = parameters
      .filter(([, { Default }]) => Default.startsWith('/aws/service/ecs'))
      .map(([id]) => id);
    expect(images).toHaveLength(2);
    const [machine] = Object.entries<any>(
      stack.template.findResources('AWS::StepFunctions::StateMachine'),
    ).filter(([id]) => id.includes('ImageUpdates'));
    const list = images
      .sort()
      .map((id) => `'${id}'`)
      .join(', ');
    expect(JSON.stringify(machine)).toContain(`ParameterKey in [${list}]`);
  });
});
