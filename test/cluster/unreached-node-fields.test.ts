import { Annotations } from 'aws-cdk-lib';
import {
  type EcsAutoScaledCluster,
  type InstanceTierOptions,
  NodeTemplate,
  type NodeTemplateProps,
  Sysctl,
} from '../../src';
import { LARGE, SMALL, TestStack } from '../helpers/estate';
import { warning } from '../services/helpers';

const ID = 'EcsAutoScaledCluster.nodeFields';

/** A cluster with node fields, a tier of its own, and two tiers of one template. */
function mixed(
  template: Partial<NodeTemplateProps> = {},
  shared: InstanceTierOptions = {},
): { stack: TestStack; cluster: EcsAutoScaledCluster } {
  const stack = new TestStack();
  const standard = new NodeTemplate(stack, 'Standard', { instanceTypes: [LARGE], ...template });
  const cluster = stack.cluster({
    instanceTypes: [SMALL],
    sysctls: [Sysctl.somaxconn(1024)],
    agent: { disablePrivileged: true },
    tiers: [
      { name: 'own' },
      { name: 'day', template: standard, ...shared },
      { name: 'night', template: standard, ...shared },
    ],
  });
  return { stack, cluster };
}

describe('node fields that reach some tiers, and not those with a template,', () => {
  test('are named in a warning, with the tiers, the template and what to do', () => {
    expect(warning(mixed().stack, ID)).toMatchObject({
      path: '/Estate/Orders',
      message:
        'The cluster "Estate/Orders" has node fields that do not reach its tiers with a `template`: ' +
        '"day", "night" (of the template "Estate/Standard") without `sysctls`, `agent`. A template is ' +
        'all that its nodes are. Put them into the NodeTemplate as well, or into the tiers that should ' +
        'have them instead of the cluster; or acknowledge this where it is meant.',
    });
  });

  test('are named for each template', () => {
    const { stack, cluster } = mixed();
    cluster.addTier('large', {
      template: new NodeTemplate(stack, 'Large', { instanceTypes: [LARGE], agent: {} }),
    });
    expect(warning(stack, ID)?.message).toContain(
      '"day", "night" (of the template "Estate/Standard") without `sysctls`, `agent`; "large" (of the ' +
        'template "Estate/Large") without `sysctls`. A template',
    );
  });

  test('are not warned of where the template says them itself, whatever it says', () => {
    expect(warning(mixed({ sysctls: [] }).stack, ID)?.message).toContain('without `agent`. A template');
    expect(warning(mixed({ sysctls: [], agent: {} }).stack, ID)).toBeUndefined();
  });

  test('are not warned of for tiers that are retired', () => {
    expect(warning(mixed({}, { retired: true }).stack, ID)).toBeUndefined();
  });

  test("are not warned of for a tier with the template of another tier of the cluster's own, which has them", () => {
    const stack = new TestStack();
    const cluster = stack.cluster({
      instanceTypes: [SMALL],
      sysctls: [Sysctl.somaxconn(1024)],
      tiers: [{ name: 'own' }],
    });
    cluster.addTier('same', { template: cluster.tier('own').template });
    expect(warning(stack, ID)).toBeUndefined();
  });

  test('can be acknowledged', () => {
    const { stack, cluster } = mixed();
    Annotations.of(cluster).acknowledgeWarning(
      `cdk-ecs-auto-scaled-cluster:${ID}`,
      'day and night are as they should be',
    );
    expect(warning(stack, ID)).toBeUndefined();
  });
});

test('node fields that reach no tier at all are an error, and no warning besides', () => {
  const stack = new TestStack();
  const template = new NodeTemplate(stack, 'Standard', { instanceTypes: [LARGE] });
  const cluster = stack.cluster({ sysctls: [], tiers: [{ name: 'a', template }] });
  expect(() => stack.template).toThrow('`sysctls` of the cluster reach no tier');
  expect(cluster.node.metadata.filter(({ type }) => type === 'aws:cdk:warning')).toEqual([]);
});
