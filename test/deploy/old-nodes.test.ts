/**
 * Which nodes a refresh is about to replace: the expression that the cordon's machine decides by, evaluated
 * by the engine of the emulator's Step Functions (jsonata-python, as in ministack). What a refresh replaces
 * is from the guide of Auto Scaling, "Use an instance refresh with skip matching".
 */
import { OLD_NODES, TEMPLATES, TYPES } from '../../src/fleet/cordon/old-nodes';
import { Emulator } from './emulator';

jest.setTimeout(60_000);

let emulator: Emulator;

beforeAll(async () => {
  emulator = await Emulator.start();
}, 120_000);

afterAll(() => emulator?.stop());

const template = (version: string, id = 'lt-1', name = 'standard') => ({
  LaunchTemplateId: id,
  LaunchTemplateName: name,
  Version: version,
});
const node = (InstanceId: string, LaunchTemplate: object | undefined, InstanceType = 't3.small') => ({
  InstanceId,
  InstanceType,
  LaunchTemplate,
});
const mixed = (specification: object, ...types: string[]) => ({
  MixedInstancesPolicy: {
    LaunchTemplate: {
      LaunchTemplateSpecification: specification,
      Overrides: types.map((InstanceType) => ({ InstanceType })),
    },
  },
});

interface Case {
  readonly group: object;
  readonly desired?: object;
  readonly skipMatching?: boolean;
  readonly old: string[];
}

const cases: Record<string, Case> = {
  'a new version': {
    group: { LaunchTemplate: template('2'), Instances: [node('a', template('1')), node('b', template('2'))] },
    old: ['a'],
  },
  'several versions, as after a failed refresh': {
    group: {
      LaunchTemplate: template('3'),
      Instances: [node('a', template('1')), node('b', template('2')), node('c', template('3'))],
    },
    old: ['a', 'b'],
  },
  'another template, of the same version': {
    group: {
      LaunchTemplate: template('1', 'lt-2', 'other'),
      Instances: [node('a', template('1')), node('b', template('1', 'lt-2', 'other'))],
    },
    old: ['a'],
  },
  'a template that the group knows by its name': {
    group: {
      LaunchTemplate: { LaunchTemplateName: 'standard', Version: '2' },
      Instances: [node('a', template('1')), node('b', template('2'))],
    },
    old: ['a'],
  },
  'mixed types, a new version': {
    group: {
      ...mixed(template('2'), 't3.small', 't3a.small'),
      Instances: [node('a', template('1')), node('b', template('2'), 't3a.small')],
    },
    old: ['a'],
  },
  'mixed types, one of which is gone': {
    group: {
      ...mixed(template('2'), 't3.small', 'm7i.large'),
      Instances: [node('a', template('2')), node('b', template('2'), 't3a.small')],
    },
    old: ['b'],
  },
  'by attributes, without types': {
    group: {
      ...mixed(template('2')),
      Instances: [node('a', template('1')), node('b', template('2'), 'c7i.large')],
    },
    old: ['a'],
  },
  'from one type to several': {
    group: {
      ...mixed(template('2'), 't3.small', 't3a.small'),
      Instances: [node('a', template('1')), node('b', template('1'))],
    },
    old: ['a', 'b'],
  },
  'a desired configuration, before the group has taken it over': {
    group: { LaunchTemplate: template('1'), Instances: [node('a', template('1')), node('b', template('2'))] },
    desired: { LaunchTemplate: template('2') },
    old: ['a'],
  },
  'a desired configuration with mixed types': {
    group: {
      LaunchTemplate: template('1'),
      Instances: [node('a', template('1')), node('b', template('2'), 't3a.small')],
    },
    desired: mixed(template('2'), 't3.small', 't3a.small'),
    old: ['a'],
  },
  'a desired configuration with one type for a group that mixes some': {
    group: {
      ...mixed(template('1'), 't3.small', 't3a.small'),
      Instances: [node('a', template('1')), node('b', template('2'))],
    },
    desired: { LaunchTemplate: template('2') },
    old: ['a'],
  },
  'a desired configuration of the latest version: no node says so of itself': {
    group: { LaunchTemplate: template('1'), Instances: [node('a', template('1')), node('b', template('2'))] },
    desired: { LaunchTemplate: template('$Latest') },
    old: ['a', 'b'],
  },
  'new subnets: the nodes are all alike, and such a refresh replaces none': {
    group: { LaunchTemplate: template('2'), Instances: [node('a', template('2')), node('b', template('2'))] },
    old: [],
  },
  'nodes on their way out, and of another group': {
    group: {
      LaunchTemplate: template('2'),
      Instances: [
        { ...node('a', template('1')), LifecycleState: 'Terminating:Wait' },
        { ...node('b', template('1')), AutoScalingGroupName: 'other' },
        { ...node('c', template('1')), LifecycleState: 'Pending:Wait' },
      ],
    },
    old: ['c'],
  },
  'without skip matching, all that there are': {
    group: { LaunchTemplate: template('2'), Instances: [node('a', template('1')), node('b', template('2'))] },
    skipMatching: false,
    old: ['a', 'b'],
  },
  'without skip matching, but for a new one that starts already': {
    group: {
      LaunchTemplate: template('2'),
      Instances: [
        node('a', template('1')),
        node('b', template('2')),
        { ...node('c', template('1')), LifecycleState: 'Pending' },
        { ...node('d', template('2')), LifecycleState: 'Pending:Wait' },
      ],
    },
    skipMatching: false,
    old: ['a', 'b', 'c'],
  },
  'attributes in place of types, without skip matching': {
    group: {
      MixedInstancesPolicy: {
        LaunchTemplate: {
          LaunchTemplateSpecification: template('2'),
          Overrides: [{ InstanceRequirements: { VCpuCount: { Min: 2 }, MemoryMiB: { Min: 4096 } } }],
        },
      },
      Instances: [
        node('a', template('1'), 'm7i.large'),
        { ...node('b', template('2'), 'm6a.large'), LifecycleState: 'Pending:Wait' },
      ],
    },
    skipMatching: false,
    old: ['a'],
  },
  'two architectures, each with its own template': {
    group: {
      MixedInstancesPolicy: {
        LaunchTemplate: {
          LaunchTemplateSpecification: template('2'),
          Overrides: [
            { InstanceType: 'm7i.large' },
            { InstanceType: 'm7g.large', LaunchTemplateSpecification: template('5', 'lt-2', 'arm64') },
          ],
        },
      },
      Instances: [
        node('a', template('1'), 'm7i.large'),
        node('b', template('2'), 'm7i.large'),
        node('c', template('4', 'lt-2', 'arm64'), 'm7g.large'),
        node('d', template('5', 'lt-2', 'arm64'), 'm7g.large'),
        node('e', template('2', 'lt-2', 'arm64'), 'm7g.large'),
      ],
    },
    old: ['a', 'c', 'e'],
  },
  'an instance without a template, attached by hand': {
    group: { LaunchTemplate: template('2'), Instances: [node('a', undefined), node('b', template('2'))] },
    old: ['a'],
  },
  'one node': { group: { LaunchTemplate: template('2'), Instances: [node('a', template('1'))] }, old: ['a'] },
  'no node': { group: { LaunchTemplate: template('2'), Instances: [] }, old: [] },
  'no group any more': { group: {}, old: [] },
};

test.each(Object.entries(cases))('%s', async (_, { group, desired = {}, skipMatching = true, old }) => {
  const evaluate = (expression: string, result: object, variables: object) =>
    emulator.call('jsonata', 'evaluate', { expression, result, variables });
  const { Instances = [], ...described } = group as { Instances?: object[] };
  const known = { AutoScalingGroups: [described] };
  const templates = await evaluate(TEMPLATES, known, { desired });
  const types = await evaluate(TYPES, known, { desired });
  const AutoScalingInstances = Instances.map((instance) => ({
    AutoScalingGroupName: 'general',
    LifecycleState: 'InService',
    ...instance,
  }));
  const variables = { group: 'general', templates, types, skipMatching };
  expect(await evaluate(OLD_NODES, { AutoScalingInstances }, variables)).toEqual(old);
});
