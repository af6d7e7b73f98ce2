import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { DockerAuth, NodeTemplate } from '../../src';
import { LARGE, only, TestStack } from '../helpers/estate';
import { evaluate } from '../helpers/user-data';
import { estates } from '../reviewers/estates';

/** The launch templates of an app, their user data as a node sees it. */
function launchTemplates(app: App): { options: any; userData: string }[] {
  const stacks = app.node.findAll().filter(Stack.isStack);
  return stacks.flatMap((stack) => {
    const template = Template.fromStack(stack);
    const names = Object.keys(template.toJSON().Resources ?? {});
    const deployed = Object.fromEntries(names.flatMap((id) => [id, `${id}.Arn`].map((key) => [key, key])));
    return Object.values(template.findResources('AWS::EC2::LaunchTemplate')).map(
      ({ Properties: { LaunchTemplateData: data } }) => ({
        options: data.MetadataOptions,
        userData: Buffer.from(evaluate(data.UserData, deployed), 'base64').toString('utf8'),
      }),
    );
  });
}

function nodeOf(stack: TestStack): { options: any; userData: string } {
  const { Properties } = only(stack.template, 'AWS::EC2::LaunchTemplate');
  const [first] = launchTemplates(stack.node.root as App);
  expect(Properties.LaunchTemplateData.MetadataOptions).toEqual(first.options);
  return first;
}

describe('containers cannot take the role of their node', () => {
  let found: ReturnType<typeof launchTemplates>;
  beforeAll(() => {
    found = launchTemplates(estates());
    expect(found.length).toBeGreaterThan(6);
  });

  test('in awsvpc mode: the agent blocks the instance metadata service for them', () => {
    for (const { userData } of found)
      expect(userData.match(/^ECS_AWSVPC_BLOCK_IMDS=.*$/gm)).toEqual(['ECS_AWSVPC_BLOCK_IMDS=true']);
  });

  test('in bridge mode: the token does not cross the bridge, and nothing is answered without one', () => {
    for (const { options } of found)
      expect(options).toMatchObject({ HttpTokens: 'required', HttpPutResponseHopLimit: 1 });
  });

  test('from the user data, which holds nothing that looks like a credential', () => {
    for (const { userData } of found) {
      expect(userData).not.toMatch(
        /\b(AKIA|ASIA)[A-Z0-9]{16}\b|-----BEGIN|resolve:(secretsmanager|ssm-secure)|"auth"\s*:\s*"[A-Za-z0-9+/=]{8,}/,
      );
    }
  });

  test("unless the node's owner says so", () => {
    const stack = new TestStack();
    stack.cluster({ httpPutResponseHopLimit: 2, agent: { awsvpcBlockImds: false } });
    const { options, userData } = nodeOf(stack);
    expect(options).toMatchObject({ HttpTokens: 'required', HttpPutResponseHopLimit: 2 });
    expect(userData).toContain('\nECS_AWSVPC_BLOCK_IMDS=false\n');
  });

  test('and the exception, host mode, stands in docs/security.md', () => {
    const text = readFileSync(join(__dirname, '../../docs/security.md'), 'utf8');
    for (const mode of ['awsvpc', 'bridge', 'host'])
      expect(text).toMatch(new RegExp(`^\\| \`${mode}\`.*\\|$`, 'm'));
    expect(text).toContain('Host mode is an exception');
  });
});

test("a shared template shows the instance's tags on the node, one with a name of its own does not", () => {
  const stack = new TestStack();
  stack.cluster();
  expect(nodeOf(stack).options).not.toHaveProperty('InstanceMetadataTags');
  const shared = new TestStack();
  const template = new NodeTemplate(shared, 'Shared', { instanceTypes: [LARGE] });
  shared.cluster({ tiers: [{ name: 'general', template }] });
  expect(nodeOf(shared).options).toMatchObject({ InstanceMetadataTags: 'enabled' });
});

test('the secret of a registry is named in the user data, and never resolved by CloudFormation', () => {
  const stack = new TestStack();
  stack.cluster({ dockerAuth: DockerAuth.fromSecret(new secretsmanager.Secret(stack, 'Registry')) });
  const { Properties } = only(stack.template, 'AWS::EC2::LaunchTemplate');
  const { id } = only(stack.template, 'AWS::SecretsManager::Secret');
  const text = JSON.stringify(Properties.LaunchTemplateData);
  expect(text).toContain(JSON.stringify({ Ref: id }));
  expect(text).not.toContain('{{resolve:secretsmanager');
});
