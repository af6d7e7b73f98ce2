import { App, Stack } from 'aws-cdk-lib';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { NodeBootstrap, type NodeBootstrapOptions } from '../../src/bootstrap/node-bootstrap';
import { DockerAuth, type DockerAuthFormat } from '../../src/registry/docker-auth';

export const REGION = 'eu-central-1';
export const SECRET = 'boot-test/registries';

/** What CloudFormation would say in the place of these. */
const PSEUDO_PARAMETERS: { [name: string]: string } = {
  'AWS::Partition': 'aws',
  'AWS::URLSuffix': 'amazonaws.com',
  'AWS::Region': REGION,
  'AWS::AccountId': '123456789012',
};

/**
 * Nobody can wait for production's limits in a test. This is the only place where they are changed: in the rendered text, and
 * a text that no longer has one of them is an error.
 */
export const SHORT_LIMITS: readonly [pattern: string, replacement: string][] = [
  ['^TimeoutStartSec=15min$', 'TimeoutStartSec=12'],
  ['^TimeoutStopSec=20$', 'TimeoutStopSec=3'],
  ['^JobTimeoutSec=30min$', 'JobTimeoutSec=40'],
];

/** The pauses between the attempts of the node's requests; only in a script that makes requests. */
export const SHORT_PAUSES: readonly [pattern: string, replacement: string][] = [['for wait in 1, 2, 4, 8, 16, 32, 0:', 'for wait in 1, 0:']];

/** The user data that the library renders, as the node gets it. */
export function userData(options: Omit<NodeBootstrapOptions, 'dockerAuth'> & { secretFormat?: DockerAuthFormat }): string {
  const { secretFormat, ...rest } = options;
  const stack = new Stack(new App(), 'Boot', { env: { account: PSEUDO_PARAMETERS['AWS::AccountId'], region: REGION } });
  const secret = secretsmanager.Secret.fromSecretNameV2(stack, 'Registries', SECRET);
  const dockerAuth = secretFormat === undefined ? undefined : DockerAuth.fromSecret(secret, { format: secretFormat });
  return evaluated(stack.resolve(new NodeBootstrap({ ...rest, dockerAuth }).render()));
}

function evaluated(value: unknown): string {
  if (typeof value === 'string') return value;
  const { Ref, 'Fn::Join': join } = value as { Ref?: string; 'Fn::Join'?: [string, unknown[]] };
  if (Ref !== undefined && Ref in PSEUDO_PARAMETERS) return PSEUDO_PARAMETERS[Ref];
  if (join !== undefined) return join[1].map(evaluated).join(join[0]);
  throw new Error(`nothing is known about ${JSON.stringify(value)}`);
}
