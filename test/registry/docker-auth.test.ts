import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { DockerAuth, DockerAuthFormat } from '../../src/registry/docker-auth';

let app: App;
let stack: Stack;
beforeEach(() => {
  app = new App();
  stack = new Stack(app, 'Estate');
});

function roleIn(scope: Stack): iam.Role {
  return new iam.Role(scope, 'Role', { assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com') });
}

function statements(scope: Stack): unknown[] {
  return Object.values(Template.fromStack(scope).findResources('AWS::IAM::Policy')).flatMap(
    ({ Properties }) => Properties.PolicyDocument.Statement,
  );
}

describe('the credentials of registries', () => {
  test('are in the format of docker login unless told otherwise', () => {
    const secret = new secretsmanager.Secret(stack, 'Secret');
    expect(DockerAuth.fromSecret(secret)).toMatchObject({ secret, format: DockerAuthFormat.DOCKERCFG });
    expect(DockerAuth.fromSecret(secret, { format: DockerAuthFormat.DOCKER }).format).toBe(
      DockerAuthFormat.DOCKER,
    );
  });

  test('may be read by a role that was granted it, and nothing else may be done with them', () => {
    const grant = DockerAuth.fromSecret(new secretsmanager.Secret(stack, 'Secret')).grantRead(roleIn(stack));
    expect(grant.success).toBe(true);
    expect(statements(stack)).toEqual([
      { Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource: { Ref: 'SecretA720EF05' } },
    ]);
    Template.fromStack(stack).resourceCountIs('AWS::SecretsManager::ResourcePolicy', 0);
  });

  test('with a key of their own may be decrypted with it, through Secrets Manager only', () => {
    const encryptionKey = new kms.Key(stack, 'Key');
    DockerAuth.fromSecret(new secretsmanager.Secret(stack, 'Secret', { encryptionKey })).grantRead(
      roleIn(stack),
    );
    expect(statements(stack)).toContainEqual({
      Effect: 'Allow',
      Action: 'kms:Decrypt',
      Resource: { 'Fn::GetAtt': ['Key961B73FD', 'Arn'] },
      Condition: {
        StringEquals: {
          'kms:ViaService': {
            'Fn::Join': ['', ['secretsmanager.', { Ref: 'AWS::Region' }, '.amazonaws.com']],
          },
        },
      },
    });
  });

  test('with a key of their own may be in another stack than the role, which a grant by CDK makes a cycle', () => {
    app = new App();
    const env = { account: '123456789012', region: 'eu-central-1' };
    const secrets = new Stack(app, 'Secrets', { env });
    const nodes = new Stack(app, 'Nodes', { env });
    const role = roleIn(nodes);
    const secret = () =>
      new secretsmanager.Secret(secrets, 'Secret', {
        encryptionKey: kms.Key.fromKeyArn(secrets, 'K', 'arn:aws:kms:a:1:key/k'),
      });
    DockerAuth.fromSecret(secret()).grantRead(role);
    const key = new kms.Key(secrets, 'Key');
    DockerAuth.fromSecret(new secretsmanager.Secret(secrets, 'Other', { encryptionKey: key })).grantRead(
      role,
    );
    app.synth();
    expect(nodes.dependencies).toEqual([secrets]);
    expect(JSON.stringify(Template.fromStack(secrets).findResources('AWS::KMS::Key'))).not.toContain('Role');
    expect(statements(nodes)).toHaveLength(4);
  });

  test('known by a partial ARN or a name are matched with the six characters that Secrets Manager appends', () => {
    const partial = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:registries';
    const byArn = DockerAuth.fromSecret(secretsmanager.Secret.fromSecretPartialArn(stack, 'ByArn', partial));
    expect(stack.resolve(byArn._statements()[0].toStatementJson())).toMatchObject({
      Resource: `${partial}-??????`,
    });
    expect(byArn._secretArn).toBe(partial);
    const prefix = [
      'arn:',
      { Ref: 'AWS::Partition' },
      ':secretsmanager:',
      { Ref: 'AWS::Region' },
      ':',
      { Ref: 'AWS::AccountId' },
    ];
    const byName = DockerAuth.fromSecret(
      secretsmanager.Secret.fromSecretNameV2(stack, 'ByName', 'team/registries'),
    );
    expect(stack.resolve(byName._secretArn)).toEqual({
      'Fn::Join': ['', [...prefix, ':secret:team/registries']],
    });
    expect(stack.resolve(byName._statements()[0].resources)).toEqual([
      { 'Fn::Join': ['', [...prefix, ':secret:team/registries-??????']] },
    ]);
  });

  test('of a secret in another region are matched with those characters too', () => {
    app = new App();
    const there = new Stack(app, 'There', { env: { account: '123456789012', region: 'eu-west-1' } });
    const here = new Stack(app, 'Here', { env: { account: '123456789012', region: 'eu-central-1' } });
    const secret = new secretsmanager.Secret(there, 'Secret', { secretName: 'registries' });
    DockerAuth.fromSecret(secret).grantRead(roleIn(here));
    expect(statements(here)).toMatchObject([
      {
        Resource: {
          'Fn::Join': [
            '',
            [
              'arn:',
              { Ref: 'AWS::Partition' },
              ':secretsmanager:eu-west-1:123456789012:secret:registries-??????',
            ],
          ],
        },
      },
    ]);
  });

  test('of a secret in another region whose whole ARN is known there are matched by it', () => {
    app = new App();
    const there = new Stack(app, 'There', {
      env: { account: '123456789012', region: 'eu-west-1' },
      crossRegionReferences: true,
    });
    const here = new Stack(app, 'Here', {
      env: { account: '123456789012', region: 'eu-central-1' },
      crossRegionReferences: true,
    });
    DockerAuth.fromSecret(new secretsmanager.Secret(there, 'Secret')).grantRead(roleIn(here));
    const [{ Resource }] = statements(here) as [{ Resource: object }];
    expect(Object.keys(Resource)).toEqual(['Fn::GetAtt']);
  });

  test('of two secrets may be granted to one role with policies that CDK makes small', () => {
    const minimizing = new Stack(
      new App({ context: { '@aws-cdk/aws-iam:minimizePolicies': true } }),
      'Minimizing',
    );
    const role = roleIn(minimizing);
    for (const id of ['One', 'Two'])
      DockerAuth.fromSecret(new secretsmanager.Secret(minimizing, id)).grantRead(role);
    expect(statements(minimizing)).toMatchObject([
      { Action: 'secretsmanager:GetSecretValue', Resource: [{}, {}] },
    ]);
  });

  test('of a secret in a known region are decrypted through Secrets Manager there', () => {
    const arn = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:registries-AbCdEf';
    const encryptionKey = kms.Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:eu-west-1:123456789012:key/0');
    const secret = secretsmanager.Secret.fromSecretAttributes(stack, 'Secret', {
      secretCompleteArn: arn,
      encryptionKey,
    });
    DockerAuth.fromSecret(secret).grantRead(roleIn(stack));
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Condition: { StringEquals: { 'kms:ViaService': 'secretsmanager.eu-west-1.amazonaws.com' } },
          }),
        ]),
      },
    });
  });

  test('granted to somebody whose policy cannot be changed say so', () => {
    const role = iam.Role.fromRoleArn(stack, 'Imported', 'arn:aws:iam::123456789012:role/nodes', {
      mutable: false,
    });
    const grant = DockerAuth.fromSecret(new secretsmanager.Secret(stack, 'Secret')).grantRead(role);
    expect(grant.success).toBe(true);
    Template.fromStack(stack).resourceCountIs('AWS::IAM::Policy', 0);
  });
});
