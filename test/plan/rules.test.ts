/** The rules, one by one, on the smallest templates that show them. */
import { planOf } from './deployment';
import { fleet, GROUP } from './fleet';

const verdict = (before: any, after: any, wishes = {}) => {
  const [tier] = planOf(before, after, wishes).tiers;
  return [tier.verdict, tier.ifLookedUp, tier.why.map(({ text }) => text)];
};

describe('a launch template', () => {
  test('that changes rolls a group which reads its newest version', () => {
    expect(verdict(fleet(), fleet({ type: 't3.large' }))).toEqual([
      'rolled',
      false,
      ['InstanceType of the launch template Template'],
    ]);
  });

  test.each([
    ['as text with a dot', { 'Fn::GetAtt': 'Template.LatestVersionNumber' }],
    ['as Fn::Sub', { 'Fn::Sub': `\${Template.LatestVersionNumber}` }],
  ])('is found %s', (_, version) => {
    expect(verdict(fleet({ version }), fleet({ version, type: 't3.large' }))[0]).toBe('rolled');
  });

  test('that is read by $Latest changes new nodes only', () => {
    const version = '$Latest';
    expect(verdict(fleet({ version }), fleet({ version, type: 't3.large' }))[0]).toBe('new-nodes-only');
  });

  test('that is read by its default version is not known', () => {
    const version = { 'Fn::GetAtt': ['Template', 'DefaultVersionNumber'] };
    expect(verdict(fleet({ version }), fleet({ version, type: 't3.large' }))[0]).toBe('not-known');
  });

  test('is another when what it refers to is replaced', () => {
    const after = fleet();
    after.Resources.NodeSecurityGroup.Properties.GroupDescription = 'another';
    expect(verdict(fleet(), after)).toEqual(['rolled', false, ['GroupDescription of NodeSecurityGroup']]);
  });

  test('is the same when what it refers to changes in place', () => {
    const after = fleet();
    after.Resources.NodeSecurityGroup.Properties.SecurityGroupIngress = [];
    expect(verdict(fleet(), after)[0]).toBe('nothing');
  });

  test('written in another order, and with numbers as texts, is the same', () => {
    const after = fleet({ max: '30' });
    const { LaunchTemplateData } = after.Resources.Template.Properties;
    after.Resources.Template.Properties.LaunchTemplateData = Object.fromEntries(
      Object.entries(LaunchTemplateData).reverse(),
    );
    expect(verdict(fleet({ max: 30 }), after)).toEqual(['nothing', false, []]);
  });
});

describe('the update policy of the new template', () => {
  const rolling = (policy: any) => verdict(fleet({ policy }), fleet({ policy, type: 't3.large' }))[0];

  test('decides', () => {
    expect(rolling({})).toBe('new-nodes-only');
    expect(rolling({ AutoScalingRollingUpdate: {} })).toBe('rolled');
    expect(rolling({ AutoScalingInstanceRefresh: { Preferences: { MinHealthyPercentage: '0' } } })).toBe(
      'replaced-at-once',
    );
    expect(rolling({ AutoScalingReplacingUpdate: { WillReplace: true } })).toBe('group-replaced');
  });

  test('is a setting by itself', () => {
    const [tier] = planOf(fleet({ policy: {} }), fleet()).tiers;
    expect([tier.verdict, tier.settings]).toEqual(['nothing', ['UpdatePolicy']]);
  });

  test('is not that of a rollback', () => {
    const texts = (policy: any) =>
      planOf(fleet({ policy }), fleet({ type: 't3.large' })).rollback.map(({ text }) => text);
    expect(texts({})).toEqual([expect.stringContaining('a rollback has no refresh')]);
    const other = { AutoScalingInstanceRefresh: { Preferences: { MaxHealthyPercentage: 110 } } };
    expect(texts(other)).toEqual([expect.stringContaining('the update policy changes too')]);
    expect(planOf(fleet(), fleet({ type: 't3.large' })).rollback).toEqual([]);
  });
});

describe('the numbers of a group', () => {
  const notes = (before: any, after: any) => planOf(before, after).tiers[0].notes;

  test('that touch nodes are said', () => {
    expect(notes(fleet({ max: 30 }), fleet({ max: 9 }))).toEqual([
      '`MaxSize` falls from 30 to 9: nodes above it are terminated.',
    ]);
    expect(notes(fleet({ min: 0 }), fleet({ min: 2 }))).toEqual([
      '`MinSize` rises from 0 to 2: nodes below it are launched.',
    ]);
    expect(notes(fleet(), fleet({ desired: 3 }))[0]).toContain('sets the number of its nodes');
    expect(notes(fleet({ max: 9 }), fleet({ max: 30 }))).toEqual([]);
  });
});

describe('what templates do not say', () => {
  test('is not known: a group under a condition, when anything of it changes', () => {
    const under = (wishes = {}) => {
      const template = fleet(wishes);
      template.Conditions = { IsProduction: { 'Fn::Equals': [{ Ref: 'Stage' }, 'production'] } };
      template.Parameters.Stage = { Type: 'String', Default: 'test' };
      template.Resources[GROUP].Condition = 'IsProduction';
      return template;
    };
    expect(verdict(under(), under({ type: 't3.large' }))[0]).toBe('not-known');
    expect(verdict(under(), under())[0]).toBe('nothing');
    const other = under();
    other.Conditions.IsProduction = { 'Fn::Equals': ['a', 'a'] };
    expect(verdict(under(), other)[0]).toBe('not-known');
  });

  test('is not known: a value under Fn::If', () => {
    const type = (large: string) => ({ 'Fn::If': ['IsProduction', large, 't3.small'] });
    expect(verdict(fleet({ type: type('m7i.large') }), fleet({ type: type('m8i.large') }))).toEqual([
      'not-known',
      false,
      ['it depends on the condition IsProduction'],
    ]);
  });

  test('is not known: what a transform makes', () => {
    const transformed = (wishes = {}) => ({
      Transform: ['AWS::LanguageExtensions', 'My::Macro'],
      ...fleet(wishes),
    });
    const plan = planOf(transformed(), transformed({ type: 't3.large' }));
    expect(plan.tiers[0].verdict).toBe('not-known');
    expect(plan.notes).toEqual([
      'Nothing of the stack Estate is known: the transform My::Macro writes the template anew.',
    ]);
  });

  test('is known: values that the language extensions calculate', () => {
    const extended = (wishes = {}) => ({ Transform: 'AWS::LanguageExtensions', ...fleet(wishes) });
    expect(verdict(extended(), extended({ type: 't3.large' }))[0]).toBe('rolled');
  });

  test('is not known: a default, for the stack keeps its value', () => {
    const type = { Ref: 'Type' };
    const withDefault = (value: string) => {
      const template = fleet({ type });
      template.Parameters.Type = { Type: 'String', Default: value };
      return template;
    };
    expect(verdict(withDefault('t3.small'), withDefault('t3.large'))[0]).toBe('not-known');
  });

  test('is not known: what a custom resource returns', () => {
    const withResource = (size: number) => {
      const template = fleet({ type: { 'Fn::GetAtt': ['Choice', 'Type'] } });
      template.Resources.Choice = { Type: 'Custom::Choice', Properties: { Size: size } };
      return template;
    };
    expect(verdict(withResource(1), withResource(2))[0]).toBe('not-known');
    expect(verdict(withResource(1), withResource(1))[0]).toBe('nothing');
  });

  test('is known: an entry of a mapping', () => {
    const mapped = (value: string) => ({
      ...fleet({ type: { 'Fn::FindInMap': ['Types', 'small', 'name'] } }),
      Mappings: { Types: { small: { name: value } } },
    });
    expect(verdict(mapped('t3.small'), mapped('t3.large'))[0]).toBe('rolled');
    expect(verdict(mapped('t3.small'), mapped('t3.small'))[0]).toBe('nothing');
  });
});

describe('an image that is looked up at deployment', () => {
  const looked = (wishes = {}) => fleet({ image: { Ref: 'Image' }, ...wishes });
  const AMI = 'ami-0123456789abcdef0';

  test('may roll nodes although the templates are equal', () => {
    const plan = planOf(looked(), looked());
    expect([plan.tiers[0].verdict, plan.tiers[0].ifLookedUp]).toEqual(['rolled', true]);
    expect(plan.images).toEqual([{ stack: 'Estate', parameter: 'Image', source: '/image', settled: 'no' }]);
  });

  test.each([
    [AMI, 'rolled'],
    [`Image=${AMI}`, 'rolled'],
    [`/image=${AMI}`, 'rolled'],
    ['same', 'nothing'],
    ['Image=same', 'nothing'],
  ])('is settled by --image %s', (choice, expected) => {
    expect(verdict(looked(), looked(), { images: [choice] }).slice(0, 2)).toEqual([expected, false]);
  });

  test('is settled by what is deployed and what comes', () => {
    const dumps = (next: string) => ({
      deployed: new Map([['Estate|Image', AMI]]),
      next: new Map<string, string>(),
      store: new Map([['/image', next]]),
    });
    expect(verdict(looked(), looked(), { dumps: dumps(AMI) })[0]).toBe('nothing');
    expect(verdict(looked(), looked(), { dumps: dumps('ami-0fedcba9876543210') }).slice(0, 2)).toEqual([
      'rolled',
      false,
    ]);
    expect(verdict(looked(), looked(), { images: [AMI], dumps: dumps('ami-0fedcba9876543210') })[0]).toBe(
      'nothing',
    );
  });

  test('is asked for by name where there are two', () => {
    const two = () => {
      const template = looked();
      template.Parameters.Other = {
        Type: 'AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>',
        Default: '/other',
      };
      template.Resources.OtherTemplate = {
        Type: 'AWS::EC2::LaunchTemplate',
        Properties: { LaunchTemplateData: { ImageId: { Ref: 'Other' } } },
      };
      return template;
    };
    expect(() => planOf(two(), two(), { images: [AMI] })).toThrow(/name of its parameter.*Image, Other/);
    expect(() => planOf(two(), two(), { images: [`Third=${AMI}`] })).toThrow(/"Third" is no parameter/);
    expect(() => planOf(two(), two(), { images: ['Image=latest'] })).toThrow(/ami-0123456789abcdef0/);
    expect(verdict(two(), two(), { images: ['same'] })[0]).toBe('nothing');
  });

  test('at launch changes new nodes without a deployment', () => {
    const atLaunch = () => fleet({ image: 'resolve:ssm:/image' });
    const [tier] = planOf(atLaunch(), atLaunch()).tiers;
    expect([tier.verdict, tier.notes]).toEqual([
      'nothing',
      [expect.stringContaining('looked up at each launch')],
    ]);
  });
});

describe('what fails', () => {
  const texts = (before: any, after: any) =>
    planOf(before, after).failures.map(({ text, certain }) => [certain, text]);

  test('a name that is still taken', () => {
    const named = (group: string) => {
      const template = fleet();
      template.Resources[GROUP].Properties.AutoScalingGroupName = group;
      template.Resources.Provider.Properties.Name = 'fixed';
      return template;
    };
    expect(texts(named('a'), named('b'))).toEqual([
      [true, expect.stringContaining('Provider is replaced, and its `Name` is still taken')],
      [false, expect.stringContaining('fails while tasks use it')],
    ]);
  });

  test('a resource of another type', () => {
    const after = fleet();
    after.Resources.NodeSecurityGroup.Type = 'AWS::EC2::VPC';
    expect(texts(fleet(), after)).toEqual([[true, expect.stringContaining('CloudFormation refuses that')]]);
  });

  test('a tier that goes while a service names it', () => {
    const before = fleet({ strategy: ['Provider'] });
    const after = fleet({ strategy: ['Provider'] });
    delete after.Resources.Provider;
    expect(texts(before, after)).toEqual([
      [
        false,
        'The capacity provider Provider is deleted, which fails while tasks use it. The services Api name it.',
      ],
    ]);
  });

  test('a service without strategy on a cluster without one', () => {
    const after = fleet();
    after.Resources.Association.Properties.DefaultCapacityProviderStrategy = [];
    expect(texts(fleet({ strategy: ['Provider'] }), after)).toEqual([
      [false, expect.stringContaining('loses its capacity provider strategy')],
    ]);
  });

  test('a group whose least is above its most, and a parameter without a value', () => {
    const after = fleet({ min: 5, max: 2 });
    after.Parameters.Stage = { Type: 'String' };
    expect(texts(fleet(), after).map(([, text]) => text)).toEqual([
      'The `MinSize` of Group is 5, above its `MaxSize` of 2.',
      expect.stringContaining('The parameter Stage is new'),
    ]);
  });

  describe('on a cluster that the stack does not make', () => {
    const shared = (isThere = true, isRetained = true) => {
      const template = fleet();
      const { Association } = template.Resources;
      Association.Properties.Cluster = 'shared';
      Association.Properties.CapacityProviders.unshift('batch');
      if (isRetained) Association.DeletionPolicy = 'Retain';
      if (!isThere) delete template.Resources.Association;
      return template;
    };

    test('a list that is written for the first time, as a whole', () => {
      expect(texts(shared(false), shared())).toEqual([
        [
          false,
          expect.stringContaining('The list of capacity providers of the cluster "shared" is written as a'),
        ],
      ]);
    });

    test('a list that stays with a tier that goes, and no provider that leaves it', () => {
      const after = shared(false);
      delete after.Resources.Provider;
      const found = texts(shared(), after).map(([, text]) => text);
      expect(found).toContainEqual(
        expect.stringContaining('names the capacity provider Provider, which then cannot be deleted'),
      );
      expect(found.filter((text) => String(text).includes('"batch"'))).toEqual([]);
      expect(texts(shared(), shared(false))).toEqual([]);
    });

    test('a kept provider that leaves the list, or goes with the list', () => {
      const forgotten = shared();
      forgotten.Resources.Association.Properties.CapacityProviders.shift();
      const leaves = [
        [false, 'The capacity provider "batch" leaves its cluster, which fails while tasks use it.'],
      ];
      expect(texts(shared(), forgotten)).toEqual(leaves);
      expect(texts(shared(true, false), shared(false))).toEqual(leaves);
    });
  });

  test('providers that are too many while old and new ones are together', () => {
    const many = (letter: string) => {
      const template = fleet();
      template.Resources.Association.Properties.CapacityProviders = Array.from({ length: 11 }, (_, n) => ({
        Ref: `${letter}${n}`,
      }));
      return template;
    };
    expect(texts(many('a'), many('b'))).toEqual([[true, expect.stringContaining('22 together')]]);
  });
});

describe('a service', () => {
  const service = (change: (properties: any) => void, before = fleet()) => {
    const after = fleet();
    change(after.Resources.Api.Properties);
    const [one] = planOf(before, after).services;
    return one.verdict;
  };

  test('is deployed, replaced, or gets settings', () => {
    expect(service((properties) => (properties.DesiredCount = 4))).toBe('settings');
    expect(service((properties) => (properties.PlacementConstraints = [{ Type: 'distinctInstance' }]))).toBe(
      'deployed',
    );
    expect(service((properties) => (properties.ServiceName = 'api'))).toBe('replaced');
    expect(service((properties) => (properties.LaunchType = 'EC2'))).toBe('replaced-or-deployed');
    expect(service(() => {})).toBe('nothing');
  });

  test('is deployed by a new revision of its task definition', () => {
    const after = fleet();
    after.Resources.TaskDefinition.Properties.ContainerDefinitions = [{ Image: 'nginx:2' }];
    const [one] = planOf(fleet(), after).services;
    expect([one.verdict, one.why.map(({ text }) => text)]).toEqual([
      'deployed',
      ['ContainerDefinitions of TaskDefinition'],
    ]);
  });

  test('goes with its cluster', () => {
    const after = fleet();
    after.Resources.Cluster.Properties.ClusterName = 'other';
    const plan = planOf(fleet(), after);
    expect(plan.clusters.map(({ verdict: own }) => own)).toEqual(['replaced']);
    expect(plan.services.map(({ verdict: own }) => own)).toEqual(['replaced']);
  });
});

test('a tier with another name is deleted and made, and the plan says what it looks like', () => {
  const after = fleet();
  after.Resources.Standard = { ...after.Resources[GROUP] };
  delete after.Resources[GROUP];
  after.Resources.Provider.Properties.AutoScalingGroupProvider.AutoScalingGroupArn = { Ref: 'Standard' };
  const { tiers } = planOf(fleet(), after);
  expect(tiers.map(({ verdict: own, notes }) => [own, notes])).toEqual([
    ['deleted', [expect.stringContaining('It looks like Cluster/Standard, which is new')]],
    ['new', [expect.stringContaining('It looks like Cluster/Group, which is deleted')]],
  ]);
});
