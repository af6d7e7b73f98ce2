import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { App } from 'aws-cdk-lib';
import { Capture, Match, Template } from 'aws-cdk-lib/assertions';
import { Estate } from '../lib/estate';

const estate = new Estate(new App(), 'Article');
const developers = Template.fromStack(estate.developerStaging);
const staging = Template.fromStack(estate.sharedStaging);
const production = Template.fromStack(estate.production);

describe('developer staging', () => {
  test('has one tier of small nodes, from none to 30', () => {
    developers.resourceCountIs('AWS::AutoScaling::AutoScalingGroup', 1);
    developers.hasResourceProperties('AWS::AutoScaling::AutoScalingGroup', { MinSize: '0', MaxSize: '30' });
    developers.hasResourceProperties('AWS::EC2::LaunchTemplate', {
      LaunchTemplateData: {
        InstanceType: 't3.small',
        MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 1 },
      },
    });
  });

  test('reads the credentials of the registry at boot, with a role that may read this one secret', () => {
    developers.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          { Action: 'secretsmanager:GetSecretValue', Effect: 'Allow', Resource: Match.objectLike({}) },
        ]),
      },
    });
  });
});

describe('shared staging', () => {
  test('places the service through the capacity provider, so that it scales the tier up from zero', () => {
    staging.hasResourceProperties('AWS::ECS::Service', { LaunchType: Match.absent() });
    const provider = new Capture();
    staging.hasResourceProperties('AWS::ECS::ClusterCapacityProviderAssociations', {
      DefaultCapacityProviderStrategy: [{ CapacityProvider: provider, Weight: 1 }],
    });
    const [id] = Object.keys(staging.findResources('AWS::ECS::CapacityProvider'));
    assert.deepEqual(provider.asObject(), { Ref: id });
  });

  test('lets the load balancer reach the ports that the agent hands out', () => {
    staging.hasResourceProperties('AWS::EC2::SecurityGroupIngress', { FromPort: 32768, ToPort: 65535 });
  });
});

describe('production', () => {
  test('has four tiers in three clusters, from two launch templates', () => {
    production.resourceCountIs('AWS::ECS::Cluster', 3);
    production.resourceCountIs('AWS::AutoScaling::AutoScalingGroup', 4);
    production.resourceCountIs('AWS::EC2::LaunchTemplate', 2);
  });

  test('has one role for all nodes, and at most ten nodes to compute', () => {
    production.resourcePropertiesCountIs(
      'AWS::IAM::Role',
      {
        AssumeRolePolicyDocument: Match.objectLike({
          Statement: [Match.objectLike({ Principal: { Service: 'ec2.amazonaws.com' } })],
        }),
      },
      1,
    );
    production.resourcePropertiesCountIs('AWS::AutoScaling::AutoScalingGroup', { MaxSize: '10' }, 1);
    production.resourcePropertiesCountIs('AWS::AutoScaling::AutoScalingGroup', { MaxSize: '30' }, 3);
  });

  test('replaces running nodes when what a node is changes, new ones first', () => {
    production.allResources('AWS::AutoScaling::AutoScalingGroup', {
      UpdatePolicy: Match.objectLike({
        AutoScalingInstanceRefresh: Match.objectLike({
          Preferences: Match.objectLike({ MinHealthyPercentage: 100, MaxHealthyPercentage: 200 }),
        }),
      }),
    });
  });

  test('needs no Lambda function', () => {
    production.resourceCountIs('AWS::Lambda::Function', 0);
  });
});
