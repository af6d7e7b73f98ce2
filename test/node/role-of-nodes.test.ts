import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Aws, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { DockerAuth, EcsAutoScaledCluster, NodeRole, NodeTemplate } from '../../src';

const ACCOUNT = '111122223333';
const OTHER_ACCOUNT = '999999999999';
const env = { account: ACCOUNT, region: 'eu-central-1' };

function cluster(stack: Construct, role: iam.IRole, dockerAuth?: DockerAuth): EcsAutoScaledCluster {
  return new EcsAutoScaledCluster(stack, 'Cluster', {
    vpc: new ec2.Vpc(stack, 'Vpc', { maxAzs: 2 }),
    role,
    dockerAuth,
    tiers: [{ name: 'general', instanceTypes: [new ec2.InstanceType('t3.small')] }],
  });
}

function registry(stack: Stack): DockerAuth {
  const arn = stack.formatArn({
    service: 'secretsmanager',
    resource: 'secret',
    resourceName: 'registry-AbCdEf',
  });
  return DockerAuth.fromSecret(
    secretsmanager.Secret.fromSecretCompleteArn(stack, 'Registry', arn.replace('secret/', 'secret:')),
  );
}

/** The policies of a stack that are not for the library's own machines. */
function policiesIn(stack: Stack): unknown[] {
  const template = Template.fromStack(stack);
  return ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy'].flatMap((type) =>
    Object.values(template.findResources(type)),
  );
}

const roleArn = (name: string, account = ACCOUNT) => `arn:aws:iam::${account}:role/${name}`;

describe('a role that must not be changed gets no policy', () => {
  test('imported as immutable, with a secret of a registry', () => {
    const stack = new Stack(new App(), 'Orders', { env });
    cluster(
      stack,
      iam.Role.fromRoleArn(stack, 'Role', roleArn('nodes'), { mutable: false }),
      registry(stack),
    );
    expect(policiesIn(stack)).toEqual([]);
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::InstanceProfile', { Roles: ['nodes'] });
  });

  test('imported by its name', () => {
    const stack = new Stack(new App(), 'Orders');
    cluster(stack, iam.Role.fromRoleName(stack, 'Role', 'nodes', { mutable: false }));
    expect(policiesIn(stack)).toEqual([]);
  });

  test('in none of five stacks that use it', () => {
    const app = new App();
    const shared = new Stack(app, 'Shared', { env });
    const role = iam.Role.fromRoleArn(shared, 'Role', roleArn('nodes'), { mutable: false });
    const stacks = [1, 2, 3, 4, 5].map((number) => new Stack(app, `Orders${number}`, { env }));
    for (const stack of stacks) cluster(stack, role, registry(stack));
    expect(stacks.flatMap(policiesIn)).toEqual([]);
  });

  test.each(['its own', 'another'])('taken without policy updates, in %s stack', (where) => {
    const app = new App();
    const shared = new Stack(app, 'Shared', { env });
    const role = new NodeRole(shared, 'Role').withoutPolicyUpdates();
    const stack = where === 'its own' ? shared : new Stack(app, 'Orders', { env });
    cluster(stack, role, registry(stack));
    expect(policiesIn(stack)).toEqual([]);
    expect(policiesIn(shared)).toEqual([]);
  });

  test('also where a template is shared by clusters', () => {
    const stack = new Stack(new App(), 'Orders', { env });
    const template = new NodeTemplate(stack, 'Template', {
      role: iam.Role.fromRoleArn(stack, 'Role', roleArn('nodes'), { mutable: false }),
      instanceTypes: [new ec2.InstanceType('t3.small')],
    });
    const vpc = new ec2.Vpc(stack, 'Vpc', { maxAzs: 2 });
    for (const id of ['A', 'B'])
      new EcsAutoScaledCluster(stack, id, { vpc, tiers: [{ name: 'a', template }] });
    expect(policiesIn(stack)).toEqual([]);
  });
});

describe('a role that takes policies keeps them', () => {
  test.each<[string, (stack: Stack) => iam.IRole]>([
    ['NodeRole', (stack) => new NodeRole(stack, 'Role')],
    [
      'role of CDK',
      (stack) => new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com') }),
    ],
    [
      'lazy role',
      (stack) =>
        new iam.LazyRole(stack, 'Role', { assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com') }),
    ],
    ['role that is imported', (stack) => iam.Role.fromRoleArn(stack, 'Role', roleArn('nodes'))],
    ['role imported by its name', (stack) => iam.Role.fromRoleName(stack, 'Role', 'nodes')],
  ])('a %s', (_kind, roleIn) => {
    const stack = new Stack(new App(), 'Orders', { env });
    cluster(stack, roleIn(stack));
    expect(policiesIn(stack)).toHaveLength(1);
  });
});

describe('a role that was made before the app', () => {
  function report(app: App): { roleName: string; identityPolicyStatements: iam.PolicyStatement[] }[] {
    return JSON.parse(readFileSync(join(app.synth().directory, 'iam-policy-report.json'), 'utf8')).roles;
  }

  test('gets no policy, and its statements are in the report', () => {
    const app = new App();
    const stack = new Stack(app, 'Orders', { env });
    iam.Role.customizeRoles(stack, { usePrecreatedRoles: { 'Orders/Role': 'pre-node' } });
    const two = cluster(stack, new NodeRole(stack, 'Role'), registry(stack));
    new EcsAutoScaledCluster(stack, 'Second', {
      vpc: two.vpc,
      role: two.tiers[0].template.role,
      tiers: [{ name: 'general', instanceTypes: [new ec2.InstanceType('t3.small')] }],
    });
    const [role, ...others] = report(app);
    expect(others).toEqual([]);
    expect(role.roleName).toBe('pre-node');
    const statements = role.identityPolicyStatements as unknown as { Sid?: string; Action: unknown }[];
    expect(statements.flatMap(({ Sid }) => Sid ?? [])).toEqual(
      expect.arrayContaining([
        'SessionManagerAndRunCommand',
        'JoinTheClusters',
        'WorkForTheClusters',
        'FindEndpoints',
        'JoinTheClusters2',
      ]),
    );
    expect(JSON.stringify(statements)).toContain('secretsmanager:GetSecretValue');
    expect(JSON.stringify(statements)).toContain('(Orders/Cluster/Resource.Arn)');
    expect(policiesIn(stack)).toEqual([]);
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::InstanceProfile', { Roles: ['pre-node'] });
  });

  test('also from another stack, and where it has no name yet', () => {
    const app = new App();
    iam.Role.customizeRoles(app);
    const shared = new Stack(app, 'Shared', { env });
    const role = new NodeRole(shared, 'Role');
    const stack = new Stack(app, 'Orders', { env });
    cluster(stack, role);
    const roles = report(app);
    expect(roles.map(({ identityPolicyStatements }) => JSON.stringify(identityPolicyStatements))).toEqual([
      expect.stringContaining('JoinTheClusters'),
    ]);
    expect(policiesIn(stack)).toEqual([]);
  });

  test('an imported one of such an app gets no policy either', () => {
    const app = new App();
    const stack = new Stack(app, 'Orders', { env });
    iam.Role.customizeRoles(stack);
    cluster(stack, iam.Role.fromRoleArn(stack, 'Role', roleArn('nodes')));
    expect(policiesIn(stack)).toEqual([]);
  });
});

describe('a role of another account is refused', () => {
  const message = `\`role\` must be of the account of the cluster's stack (${ACCOUNT})`;

  test.each<[string, object]>([
    ['mutable', {}],
    ['immutable', { mutable: false }],
  ])('imported, %s', (_kind, options) => {
    const stack = new Stack(new App(), 'Orders', { env });
    const role = iam.Role.fromRoleArn(stack, 'Role', roleArn('nodes', OTHER_ACCOUNT), options);
    expect(() => cluster(stack, role)).toThrow(message);
    expect(() => cluster(new Stack(new App(), 'Again', { env }), role)).toThrow(
      `got: "Orders/Role" of ${OTHER_ACCOUNT}: an instance profile takes no other`,
    );
  });

  test('of a stack of another account', () => {
    const app = new App();
    const shared = new Stack(app, 'Shared', { env: { ...env, account: OTHER_ACCOUNT } });
    const role = new NodeRole(shared, 'Role', { roleName: 'nodes' });
    expect(() => cluster(new Stack(app, 'Orders', { env }), role)).toThrow('(RoleOfAnotherAccount at ');
  });

  test('but not where one of the accounts is not known', () => {
    const agnostic = new Stack(new App(), 'Orders');
    cluster(agnostic, iam.Role.fromRoleArn(agnostic, 'Role', roleArn('nodes', OTHER_ACCOUNT)));
    const stack = new Stack(new App(), 'Orders', { env });
    cluster(stack, iam.Role.fromRoleArn(stack, 'Role', `arn:aws:iam::${stack.account}:role/nodes`));
  });
});

describe('a role that EC2 may not assume', () => {
  function synthesis(assumedBy: iam.IPrincipal, change: (role: iam.Role) => void = () => {}): () => void {
    const stack = new Stack(new App(), 'Orders', { env });
    const role = new iam.Role(stack, 'Role', { assumedBy });
    cluster(stack, role);
    change(role);
    return () => Template.fromStack(stack);
  }
  const tasks = new iam.ServicePrincipal('ecs-tasks.amazonaws.com');
  const ec2Service = new iam.ServicePrincipal('ec2.amazonaws.com');

  test.each<[string, iam.IPrincipal, string]>([
    ['one of tasks', tasks, 'ecs-tasks.amazonaws.com'],
    ['one of Spot Fleet', new iam.ServicePrincipal('ec2fleet.amazonaws.com'), 'ec2fleet.amazonaws.com'],
    ['one of an account', new iam.AccountPrincipal('444455556666'), '444455556666:root'],
  ])('is refused: %s', (_kind, principal, named) => {
    const refused = synthesis(principal);
    expect(refused).toThrow('`role` must be one that EC2 may assume, got: "Orders/Role" for ');
    expect(refused).toThrow(named);
  });

  test('is refused without policy updates too', () => {
    const stack = new Stack(new App(), 'Orders', { env });
    cluster(stack, new iam.Role(stack, 'Role', { assumedBy: tasks }).withoutPolicyUpdates());
    expect(() => Template.fromStack(stack)).toThrow('UnusableRole');
  });

  test.each<[string, iam.IPrincipal]>([
    ['EC2 beside others', new iam.CompositePrincipal(tasks, ec2Service)],
    ['EC2 of China', new iam.ServicePrincipal('ec2.amazonaws.com.cn')],
    ['everyone', new iam.StarPrincipal()],
    ['a service that only the deployment knows', new iam.ServicePrincipal(`ec2.${Aws.URL_SUFFIX}`)],
    [
      'EC2 under a condition',
      new iam.PrincipalWithConditions(ec2Service, { Bool: { 'aws:SecureTransport': 'true' } }),
    ],
  ])('passes: %s', (_kind, principal) => {
    expect(synthesis(principal)).not.toThrow();
  });

  test('passes where EC2 is added later', () => {
    const addEc2 = (role: iam.Role) =>
      role.assumeRolePolicy?.addStatements(
        new iam.PolicyStatement({ actions: ['sts:AssumeRole'], principals: [ec2Service] }),
      );
    expect(synthesis(tasks, addEc2)).not.toThrow();
  });
});
