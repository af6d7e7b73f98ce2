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

/** A change of the rendered text: a regular expression, and what stands in its place. One that changes nothing is an error. */
export type Change = readonly [pattern: string, replacement: string];

/** Nobody can wait for production's limits in a test. These are the only places where they are changed. */
export const SHORT_LIMITS: readonly Change[] = [
  ['^TimeoutStartSec=15min$', 'TimeoutStartSec=8'],
  ['^TimeoutStopSec=20$', 'TimeoutStopSec=3'],
  ['^JobTimeoutSec=30min$', 'JobTimeoutSec=90'],
];

/** As if the limit of the script did not work, so that only that of the guard is left. */
export const GUARD_LIMIT_ONLY: readonly Change[] = [
  ['^TimeoutStartSec=15min$', 'TimeoutStartSec=infinity'],
  ['^JobTimeoutSec=30min$', 'JobTimeoutSec=12'],
];

/** Two attempts at a request instead of seven. */
export const FEW_ATTEMPTS: readonly Change[] = [['for wait in 1, 2, 4, 8, 16, 32, 0:', 'for wait in 1, 0:']];

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
