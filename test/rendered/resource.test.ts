import { CfnResource, Lazy, Stack, Tags } from 'aws-cdk-lib';
import * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import { field, isOverridden, rendered, renderedPolicy } from '../../src/rendered/resource';

function groupOf(props: Partial<autoscaling.CfnAutoScalingGroupProps> = {}): autoscaling.CfnAutoScalingGroup {
  return new autoscaling.CfnAutoScalingGroup(new Stack(), 'Group', { minSize: '0', maxSize: '1', ...props });
}

const mixed = {
  launchTemplate: {
    launchTemplateSpecification: { launchTemplateName: 'nodes', version: '1' },
    overrides: [{ instanceType: 'm7i.large' }, { instanceType: 'm6i.large' }],
  },
};

describe('a property as the template will have it', () => {
  test('is what the resource was given, tokens resolved', () => {
    const group = groupOf({ maxSize: Lazy.string({ produce: () => '7' }) });
    expect([rendered(group, 'minSize'), rendered(group, 'maxSize')]).toEqual(['0', '7']);
    expect(rendered(group, 'mixedInstancesPolicy', 'launchTemplate')).toBeUndefined();
  });

  test('is what an escape hatch says in its place', () => {
    const group = groupOf();
    group.addPropertyOverride('MaxSize', '9');
    group.addPropertyDeletionOverride('MinSize');
    expect([rendered(group, 'minSize'), rendered(group, 'maxSize')]).toEqual([undefined, '9']);
  });

  test('has what an escape hatch adds to a part of it', () => {
    const group = groupOf({ mixedInstancesPolicy: mixed });
    group.addPropertyOverride('MixedInstancesPolicy.LaunchTemplate.Overrides.1.WeightedCapacity', '2');
    const overrides = rendered(group, 'mixedInstancesPolicy', 'launchTemplate', 'overrides') as unknown[];
    expect(overrides.map((one) => [field(one, 'instanceType'), field(one, 'weightedCapacity')])).toEqual([
      ['m7i.large', undefined],
      ['m6i.large', '2'],
    ]);
  });

  test('is a reference where an escape hatch puts one in its place', () => {
    const group = groupOf();
    group.addPropertyOverride('MaxSize', { Ref: 'Size' });
    expect(rendered(group, 'maxSize')).toEqual({ Ref: 'Size' });
  });

  test('has the tags that aspects bring', () => {
    const group = groupOf();
    group.tags.setTag('one', '1');
    Tags.of(group).add('two', '2');
    expect(rendered(group, 'tags')).toEqual([{ key: 'one', value: '1', propagateAtLaunch: true }]);
  });

  test('of a plain CfnResource is named as in the template', () => {
    const properties = { LifecycleTransition: 'x' };
    const hook = new CfnResource(new Stack(), 'Hook', {
      type: 'AWS::AutoScaling::LifecycleHook',
      properties,
    });
    expect(rendered(hook, 'lifecycleTransition')).toBe('x');
  });
});

test('a policy beside the properties is read the same way', () => {
  const group = groupOf();
  group.cfnOptions.updatePolicy = { autoScalingRollingUpdate: { pauseTime: 'PT1M' } };
  group.addOverride('CreationPolicy', { ResourceSignal: { Count: 1 } });
  expect(renderedPolicy(group, 'updatePolicy', 'autoScalingRollingUpdate', 'pauseTime')).toBe('PT1M');
  expect(renderedPolicy(group, 'creationPolicy')).toEqual({ ResourceSignal: { Count: 1 } });
});

test('an override of one property is none of another', () => {
  const group = groupOf();
  group.addPropertyOverride('Tags.0.Value', 'x');
  expect(['Tags', 'MaxSize'].map((name) => isOverridden(group, name))).toEqual([true, false]);
});
