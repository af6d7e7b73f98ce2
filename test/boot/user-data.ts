import { App, Stack } from 'aws-cdk-lib';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { NodeBootstrap } from '../../src/bootstrap/node-bootstrap';
import type { NodeBootstrapProps } from '../../src/bootstrap/node-bootstrap-props';
import { DockerAuth, type DockerAuthFormat } from '../../src/registry/docker-auth';
import { evaluate } from '../helpers/user-data';

export const REGION = 'eu-central-1';
export const SECRET = 'boot-test/registries';

/**
 * A change of the rendered text: a regular expression, and what stands in its place. One that changes
 * nothing is an error.
 */
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
export function userData(
  options: Omit<NodeBootstrapProps, 'dockerAuth'> & { secretFormat?: DockerAuthFormat },
): string {
  const { secretFormat, ...rest } = options;
  const stack = new Stack(new App(), 'Boot', { env: { account: '123456789012', region: REGION } });
  const secret = secretsmanager.Secret.fromSecretNameV2(stack, 'Registries', SECRET);
  const dockerAuth =
    secretFormat === undefined ? undefined : DockerAuth.fromSecret(secret, { format: secretFormat });
  return evaluate(stack.resolve(new NodeBootstrap({ ...rest, dockerAuth }).render()));
}
