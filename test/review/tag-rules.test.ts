import { App, CfnParameter, NestedStack, Stack, Tags } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import { EcsAutoScaledCluster, NodeReplacement, NodeTemplate } from '../../src';
import { SMALL, TestStack, testVpc } from '../helpers/estate';
import { refusalOf } from '../helpers/refusal';

function addTags(scope: Stack | EcsAutoScaledCluster, count: number): void {
  for (let index = 0; index < count; index += 1) Tags.of(scope).add(`team-${index}`, 'x');
}

describe('a group has at most 50 tags', () => {
  test('of which a rolling tier has six', () => {
    const fits = new TestStack();
    addTags(fits.cluster({ replacement: NodeReplacement.rolling() }), 44);
    expect(() => fits.template).not.toThrow();
    const stack = new TestStack();
    addTags(stack.cluster({ replacement: NodeReplacement.rolling() }), 45);
    expect(() => stack.template).toThrow(
      "the group can have at most 50 tags, got: 51, those of the stack counted. 6 are the library's: " +
        'AmazonECSManaged, ClusterName, EcsCordon, EcsCordonMode, EcsReadinessGate, Name. Leave some of yours ' +
        "out (`excludeResourceTypes: ['AWS::AutoScaling::AutoScalingGroup']`) " +
        '(TooManyTags at Estate/Orders/Tiers/general)',
    );
  });

  test('with those of its stack, and a key that is in both counts once', () => {
    const tags = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`team-${index}`, 'x']));
    const fits = new TestStack(new App(), 'Estate', { tags });
    addTags(fits.cluster(), 47);
    expect(() => fits.template).not.toThrow();
    const stack = new TestStack(new App(), 'Estate', { tags });
    addTags(stack.cluster(), 48);
    expect(() => stack.template).toThrow('TooManyTags');
  });

  test('with those of the stack around a nested one', () => {
    const tags = Object.fromEntries(Array.from({ length: 48 }, (_, index) => [`team-${index}`, 'x']));
    const nested = new NestedStack(new Stack(new App(), 'Parent', { tags }), 'Nested');
    new EcsAutoScaledCluster(nested, 'Orders', {
      vpc: testVpc(nested),
      tiers: [{ name: 'general', instanceTypes: [SMALL] }],
    });
    expect(() => Template.fromStack(nested)).toThrow('(TooManyTags at Parent/Nested/Orders/Tiers/general)');
  });

  test('and its instances have those of the launch template too', () => {
    const stack = new TestStack();
    const { template } = stack.cluster().tier('general');
    const resource = template.node.findChild('LaunchTemplate').node.defaultChild as ec2.CfnLaunchTemplate;
    const tags = Array.from({ length: 48 }, (_, index) => ({ Key: `team-${index}`, Value: 'x' }));
    resource.addPropertyOverride('LaunchTemplateData.TagSpecifications', [
      { ResourceType: 'instance', Tags: tags },
    ]);
    expect(() => stack.template).toThrow('the instances can have at most 50 tags, got: 51');
  });
});

describe('a tag of a group', () => {
  const tagged = (key: string, value = 'x') => {
    const stack = new TestStack();
    Tags.of(stack.cluster()).add(key, value);
    return () => stack.template;
  };

  test.each([
    ['a key of 129 characters', 'k'.repeat(129), 'x', 'a key of 1 to 128 characters, got: 129'],
    ['a value of 257 characters', 'team', 'v'.repeat(257), 'a value of at most 256 characters, got: 257'],
    ['a key of AWS’s', 'AWS:team', 'x', 'a key that does not begin with "aws:"'],
  ])('may not have %s', (_what, key, value, message) => {
    const refusal = refusalOf(tagged(key, value));
    expect(refusal).toContain(message);
    expect(refusal).toContain('(InvalidTag at Estate/Orders/Tiers/general)');
  });

  test('may be as long as EC2 takes it, in any script, and have a value that is known later', () => {
    expect(tagged('ü'.repeat(128), '😀'.repeat(256))).not.toThrow();
    const stack = new TestStack();
    Tags.of(stack.cluster()).add('team', new CfnParameter(stack, 'Team').valueAsString);
    expect(() => stack.template).not.toThrow();
  });
});

test('the name of nodes fits into a tag where that of the cluster is as long as it may be', () => {
  const name = 'n'.repeat(255);
  const stack = new TestStack();
  stack.cluster({ clusterName: name });
  stack.template.hasResourceProperties('AWS::AutoScaling::AutoScalingGroup', {
    Tags: Match.arrayWith([{ Key: 'Name', Value: `${'n'.repeat(251)}-node`, PropagateAtLaunch: true }]),
  });
});

describe('where nodes find their cluster in a tag', () => {
  const shared = () => {
    const stack = new TestStack();
    const template = new NodeTemplate(stack, 'Standard', { instanceTypes: [SMALL] });
    const tier = stack.cluster({ tiers: [{ name: 'general', template }] }).tier('general');
    return { stack, tier };
  };

  test('a key that the metadata service refuses is fine on the group alone', () => {
    const { stack, tier } = shared();
    Tags.of(tier).add('cost center', '42', { applyToLaunchedInstances: false });
    expect(() => stack.template).not.toThrow();
  });

  test('it is refused in the launch template', () => {
    const { stack, tier } = shared();
    const resource = tier._launchTemplate.node.defaultChild as ec2.CfnLaunchTemplate;
    resource.addPropertyOverride('LaunchTemplateData.TagSpecifications', [
      { ResourceType: 'instance', Tags: [{ Key: 'cost center', Value: '42' }] },
    ]);
    expect(() => stack.template).toThrow('the tag "cost center" would keep instances from launching');
  });
});
