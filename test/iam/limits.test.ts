import { App, Fn, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { DockerAuth, EcsAutoScaledCluster, NodeRole, NodeTemplate } from '../../src';
import { LARGE, TestStack, testVpc } from '../helpers/estate';

const MAX_INLINE = 10_240;

/**
 * A role and a template in a stack of their own, with the most that a node may have: a secret under
 * a key of its own.
 */
class Platform extends Stack {
  public readonly role = new NodeRole(this, 'Role');
  public readonly template = new NodeTemplate(this, 'Template', {
    role: this.role,
    instanceTypes: [LARGE],
    dockerAuth: DockerAuth.fromSecret(
      new secretsmanager.Secret(this, 'Registry', { encryptionKey: new kms.Key(this, 'Key') }),
    ),
  });
}

/** Stacks with clusters, all with the platform's role. */
function estate(
  stacks: number,
  clusters: number,
  clusterName: (stack: number, cluster: number) => string | undefined,
): App {
  const app = new App();
  const platform = new Platform(app, 'Platform');
  for (let stack = 0; stack < stacks; stack += 1) {
    const scope = new Stack(app, `Production${stack}`);
    const vpc = testVpc(scope);
    for (let cluster = 0; cluster < clusters; cluster += 1) {
      const tiers = [{ name: 'general', template: platform.template }];
      new EcsAutoScaledCluster(scope, `Cluster${cluster}`, {
        vpc,
        clusterName: clusterName(stack, cluster),
        tiers,
      });
    }
  }
  return app;
}

/** Names of so many characters; long ones make the edge cheap to reach. */
const named = (characters: number) => (stack: number, cluster: number) =>
  `${stack}-${cluster}-`.padEnd(characters, 'x');

function problemOf(app: App): string {
  try {
    app.synth();
    return '';
  } catch (error) {
    return String(error);
  }
}

/** The policies of nodes that a stack renders, by type. */
function policiesIn(stack: Stack): { type: string; document: any }[] {
  return ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy'].flatMap((type) =>
    Object.values(Template.fromStack(stack).findResources(type)).map(({ Properties }) => ({
      type,
      document: Properties.PolicyDocument,
    })),
  );
}

describe('ten stacks share one role', () => {
  const app = estate(10, 2, () => undefined);
  const stacks = app.node.children.filter(
    (child): child is Stack => Stack.isStack(child) && child.node.id !== 'Platform',
  );

  test('and IAM takes it: the first have inline policies, the others a managed policy each', () => {
    expect(() => app.synth()).not.toThrow();
    const types = stacks.map((stack) => policiesIn(stack).map(({ type }) => type));
    expect(types.slice(0, 3)).toEqual(Array(3).fill(['AWS::IAM::Policy']));
    expect(types.slice(3)).toEqual(Array(7).fill(['AWS::IAM::ManagedPolicy']));
  });

  test("and each stack's policy names the clusters of this stack, all of them, and no others", () => {
    for (const stack of stacks) {
      const template = Template.fromStack(stack);
      const clusters = Object.keys(template.findResources('AWS::ECS::Cluster'));
      expect(clusters).toHaveLength(2);
      const arns = clusters.map((id) => ({ 'Fn::GetAtt': [id, 'Arn'] }));
      const [{ document }] = policiesIn(stack);
      const statement = (sid: string) => document.Statement.find((one: any) => one.Sid === sid);
      expect(statement('JoinTheClusters').Resource).toEqual(arns);
      expect(statement('WorkForTheClusters').Condition).toEqual({ ArnEquals: { 'ecs:cluster': arns } });
      const nodes = statement('WorkForTheClusters').Resource.map((one: any) => one['Fn::Join'][1].slice(-3));
      expect(nodes).toEqual(clusters.map((id) => [':container-instance/', { Ref: id }, '/*']));
    }
  });

  test('and nodes wait for the policy, of whichever kind', () => {
    for (const stack of stacks) {
      const template = Template.fromStack(stack);
      const policies = ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy'].flatMap((type) =>
        Object.keys(template.findResources(type)),
      );
      for (const group of Object.values(template.findResources('AWS::AutoScaling::AutoScalingGroup'))) {
        expect(group.DependsOn).toEqual(expect.arrayContaining(policies));
      }
    }
  });
});

describe('a role with more clusters than IAM has room for', () => {
  test('is an error in one stack, which gives the numbers and the way out', () => {
    expect(problemOf(estate(1, 9, named(250)))).toBe('');
    expect(problemOf(estate(1, 10, named(250)))).toMatch(
      /the role of the nodes of 10 clusters, Platform\/Role, has about 1\d{4} characters of inline policies, and IAM takes at most 10240: give some of the clusters another role \(TooManyClusters\)/,
    );
  });

  test('is an error where stacks are too many together', () => {
    expect(problemOf(estate(3, 2, named(250)))).toBe('');
    expect(problemOf(estate(3, 3, named(250)))).toContain(
      'the role of the nodes of 9 clusters, Platform/Role, has about 1',
    );
  });

  test('is an error where one managed policy is too large, and says of which stack', () => {
    expect(problemOf(estate(4, 2, named(250)))).toBe('');
    const app = estate(4, 1, named(20));
    const last = app.node.findChild('Production3') as Stack;
    const template = (app.node.findChild('Platform') as Platform).template;
    for (let cluster = 0; cluster < 6; cluster += 1) {
      const vpc = last.node.findChild('Vpc') as ReturnType<typeof testVpc>;
      new EcsAutoScaledCluster(last, `More${cluster}`, {
        vpc,
        clusterName: named(250)(9, cluster),
        tiers: [{ name: 'general', template }],
      });
    }
    expect(problemOf(app)).toMatch(
      /the managed policy for 7 clusters of Production3 has about 6\d{3} characters, and IAM takes at most 6144: give some of the clusters another role \(TooManyClusters\)/,
    );
  });

  test('is an error where the managed policies are too many, those of the user among them', () => {
    expect(problemOf(estate(13, 1, named(20)))).toBe('');
    const app = estate(13, 1, named(20));
    const { role } = app.node.findChild('Platform') as Platform;
    role.addManagedPolicy(iam.ManagedPolicy.fromAwsManagedPolicyName('CloudWatchAgentServerPolicy'));
    expect(problemOf(app)).toContain(
      'the role of the nodes of 13 clusters, Platform/Role, has 11 managed policies, and IAM takes at ' +
        'most 10: give some of the clusters another role (TooManyClusters)',
    );
  });

  test('is none for two roles, however many clusters there are', () => {
    const app = new App();
    for (const id of ['A', 'B']) {
      const stack = new TestStack(app, id);
      const role = new NodeRole(stack, 'Role');
      for (let cluster = 0; cluster < 6; cluster += 1)
        stack.cluster({ role, clusterName: named(250)(0, cluster) }, `Cluster${cluster}`);
    }
    expect(problemOf(app)).toBe('');
  });

  test('counts what others add to the role, in whatever stack', () => {
    const app = estate(2, 3, named(250));
    expect(problemOf(app)).toBe('');
    const more = estate(2, 3, named(250));
    const { role } = more.node.findChild('Platform') as Platform;
    const names = Array.from(
      { length: 40 },
      (_, index) => `arn:aws:s3:::${`bucket-${index}-`.padEnd(60, 'x')}/*`,
    );
    role.addToPolicy(new iam.PolicyStatement({ actions: ['s3:GetObject'], resources: names }));
    expect(problemOf(more)).toContain('characters of inline policies, and IAM takes at most 10240');
  });

  test('is not confused by policies of others: of users, of groups, of roles whose names only CloudFormation knows', () => {
    const app = estate(1, 1, named(20));
    const stack = app.node.findChild('Production0') as Stack;
    const statement = new iam.PolicyStatement({ actions: ['s3:GetObject'], resources: ['*'] });
    new iam.User(stack, 'User').addToPolicy(statement);
    new iam.Group(stack, 'Group').addToPolicy(statement);
    new iam.ManagedPolicy(stack, 'Unattached', { statements: [statement] });
    const policyDocument = { Version: '2012-10-17', Statement: [] };
    new iam.CfnPolicy(stack, 'Plain', {
      policyName: 'plain',
      policyDocument,
      roles: Fn.split(',', Fn.importValue('Roles')),
    });
    expect(problemOf(app)).toBe('');
  });

  test('is found for an imported role too, by its name', () => {
    const app = new App();
    for (let index = 0; index < 4; index += 1) {
      const stack = new TestStack(app, `Stack${index}`);
      const role = iam.Role.fromRoleName(stack, 'Role', 'nodes');
      for (let cluster = 0; cluster < 3; cluster += 1)
        stack.cluster({ role, clusterName: named(250)(index, cluster) }, `Cluster${cluster}`);
    }
    // The fourth stack has a managed policy, which is what the first three leave no room for.
    expect(problemOf(app)).toMatch(
      /the role of the nodes of 12 clusters, Stack0\/Role, has about 1\d{4} characters of inline policies/,
    );
  });
});

test('the length of a policy is estimated at what will be deployed, or a little more', () => {
  const app = estate(1, 12, named(200));
  const stack = app.node.findChild('Production0') as Stack;
  const estimated = Number(/about (\d+) characters/.exec(problemOf(app))?.[1]);
  const text = (value: any): any => {
    if (Array.isArray(value)) return value.map(text);
    if (typeof value !== 'object') return value;
    if (value.Ref?.startsWith('AWS::')) {
      return { 'AWS::Partition': 'aws', 'AWS::Region': 'ap-southeast-2', 'AWS::AccountId': '123456789012' }[
        value.Ref as string
      ];
    }
    const name = (id: string) =>
      (stack.node.findAll().find((one: any) => one.logicalId && stack.resolve(one.logicalId) === id) as any)
        .clusterName;
    if (value.Ref) return name(value.Ref);
    if (value['Fn::GetAtt'])
      return `arn:aws:ecs:ap-southeast-2:123456789012:cluster/${name(value['Fn::GetAtt'][0])}`;
    if (value['Fn::Join']) return value['Fn::Join'][1].map(text).join('');
    if (value['Fn::ImportValue']) {
      return value['Fn::ImportValue'].includes('Key')
        ? 'arn:aws:kms:ap-southeast-2:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab'
        : 'arn:aws:secretsmanager:ap-southeast-2:123456789012:secret:Registry12345678-AbCdEfGhIjKl-AbCdEf';
    }
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, text(one)]));
  };
  // The policy is too long to be synthesized, so it is asked for.
  const policy = stack.node
    .findAll()
    .find((one): one is iam.CfnPolicy => one instanceof iam.CfnPolicy) as iam.CfnPolicy;
  const role = app.node.findChild('Platform').node.findChild('Role').node.defaultChild as iam.CfnRole;
  const own = (Stack.of(role).resolve(role.policies) as any[]).map(
    (one) => JSON.stringify(one.policyDocument).length,
  );
  const deployed =
    JSON.stringify(text(stack.resolve(policy.policyDocument))).length +
    own.reduce((sum, one) => sum + one, 0);
  expect(deployed).toBeGreaterThan(MAX_INLINE);
  expect(estimated).toBeGreaterThanOrEqual(deployed);
  expect(estimated).toBeLessThan(deployed * 1.02);
});
