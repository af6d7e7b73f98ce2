import { type App, CfnResource, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import '../helpers/estate';
import { NodeRole } from '../../src';
import { estates } from '../reviewers/estates';
import { ownerOf, permissionsIn, permissionsInDocument } from './permission-tables';
import { problemsWith } from './service-authorization';
import { statementsOf } from './statements';

jest.setTimeout(180_000); // the service authorization data is fetched once

let app: App;
beforeAll(() => {
  app = estates();
  app.synth();
});

const ours = () => statementsOf(app).filter((statement) => ownerOf(statement) !== undefined);

describe('docs/permissions.md lists', () => {
  test('every permission that is rendered, with its reason', () => {
    const listed = permissionsInDocument();
    expect(permissionsIn(app).filter((one) => !listed.includes(one))).toEqual([]);
  });

  test('none that is not rendered', () => {
    const rendered = permissionsIn(app);
    expect(permissionsInDocument().filter((one) => !rendered.includes(one))).toEqual([]);
  });
});

describe('every permission', () => {
  test('is an Allow of named actions on named resources', () => {
    for (const { path, effect, actions, resources, others } of ours()) {
      expect([path, effect]).toEqual([path, 'Allow']);
      expect([path, others]).toEqual([path, []]); // NotAction, NotResource
      expect(actions.length * resources.length).toBeGreaterThan(0);
    }
  });

  test('names its actions in full; of keys two are as AWS documents them', () => {
    const wild = ours().flatMap(({ actions }) => actions.filter((action) => action.includes('*')));
    expect([...new Set(wild)].sort()).toEqual(['kms:GenerateDataKey*', 'kms:ReEncrypt*']);
    const owners = ours()
      .filter(({ actions }) => actions.some((action) => action.includes('*')))
      .map(ownerOf);
    expect(new Set(owners)).toEqual(
      new Set([
        'Key of a volume',
        'Topic of alarms',
        'Repair',
        'Drain limits',
        'Consolidation',
        'Image updates',
      ]),
    );
  });

  test('is for nobody but AWS itself where it stands in the policy of a resource', () => {
    for (const { principals, conditionKeys, path } of ours().filter((one) => one.principals !== undefined)) {
      const isService = /^\{"Service":"[a-z.]+\.amazonaws\.com"\}$/.test(JSON.stringify(principals));
      expect([path, isService || conditionKeys.includes('aws:PrincipalArn')]).toEqual([path, true]);
    }
  });

  test('exists, on resources and with conditions that its action knows, by the service authorization data', () => {
    const problems = ours().flatMap(({ actions, resources, conditionKeys, principals }) => {
      // In a key's policy "*" is the key, and a topic's ARN begins like others.
      const on = principals === undefined ? resources : [];
      return actions
        .filter((action) => !action.includes('*'))
        .flatMap((action) => problemsWith(action, on, conditionKeys));
    });
    expect([...new Set(problems)]).toEqual([]);
  });

  test.each([
    ['ecs:Pol', ['*'], [], 'ecs:Pol does not exist'],
    ['ecs:Poll', ['*'], [], 'ecs:Poll knows the resource container-instance, got *'],
    [
      'ecs:Poll',
      ['arn:aws:ecs:eu-central-1:123456789012:cluster/<cluster>'],
      [],
      'ecs:Poll knows no resource like arn:aws:ecs:eu-central-1:123456789012:cluster/<cluster>',
    ],
    [
      'ecs:RegisterContainerInstance',
      ['arn:aws:ecs:eu-central-1:123456789012:cluster/<cluster>'],
      ['ecs:cluster'],
      'ecs:RegisterContainerInstance does not know the condition ecs:cluster',
    ],
  ])('would be found out: %s on %j if %j', (action, resources, keys, problem) => {
    expect(problemsWith(action, resources, keys)).toEqual([problem]);
  });
});

describe('a role', () => {
  const trusted = () =>
    app.node.findAll().flatMap((role) => {
      if (!(role instanceof iam.CfnRole) || /ExecutionRole|TaskRole/.test(role.node.path)) return [];
      const { Statement } = Stack.of(role).resolve(role.assumeRolePolicyDocument);
      return Statement.map((one: any) => [role, one] as const);
    });

  test('is taken by one service of AWS, and by Step Functions and Scheduler for this account alone', () => {
    const found = trusted().map(([role, { Effect, Action, Principal, ...rest }]: any) => {
      const account = Stack.of(role).resolve(Stack.of(role).account);
      const ofAccount = { 'aws:SourceAccount': account };
      const condition =
        {
          'states.amazonaws.com': { Condition: { StringEquals: ofAccount } },
          'scheduler.amazonaws.com': {
            Condition: { StringEquals: { ...ofAccount, 'aws:SourceArn': expect.anything() } },
          },
        }[Principal.Service as string] ?? {};
      expect([role.node.path, Effect, Action, rest]).toEqual([
        role.node.path,
        'Allow',
        'sts:AssumeRole',
        condition,
      ]);
      return Principal.Service;
    });
    expect([...new Set(found)].sort()).toEqual([
      'ec2.amazonaws.com',
      'events.amazonaws.com',
      'lambda.amazonaws.com',
      'scheduler.amazonaws.com',
      'states.amazonaws.com',
    ]);
  });

  test('of nodes has no managed policy of Amazon', () => {
    const roles = app.node.findAll().filter((one) => NodeRole.isNodeRole(one));
    expect(roles.length).toBeGreaterThan(3);
    for (const role of roles)
      expect(
        Stack.of(role).resolve((role.node.defaultChild as iam.CfnRole).managedPolicyArns),
      ).toBeUndefined();
  });
});

test('no schedule of a tier has a role', () => {
  const schedules = app.node
    .findAll()
    .filter(CfnResource.isCfnResource)
    .filter(({ cfnResourceType }) => cfnResourceType === 'AWS::AutoScaling::ScheduledAction');
  expect(schedules.length).toBeGreaterThan(0);
});
