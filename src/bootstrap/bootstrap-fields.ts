import { listOf } from '../private/expected-type';
import { type Fields, type InheritedFields, RENDERED, Struct } from '../private/fields';
import { DOCKER_AUTH } from '../registry/docker-auth';
import { AGENT_CONFIG } from '../settings/agent-variables';
import { CLUSTER_NAME } from '../settings/cluster-name';
import { LOG_DRIVER } from '../settings/log-driver';
import { SYSCTL } from '../settings/sysctl';
import { STEP } from './bootstrap-step';
import type { NodeBootstrapOptions, NodeBootstrapProps } from './node-bootstrap-props';

const OPTIONS = {
  dockerAuth: { value: DOCKER_AUTH, combine: 'replace', to: RENDERED },
  logDrivers: { value: listOf(LOG_DRIVER), combine: 'replace', to: RENDERED },
  sysctls: { value: listOf(SYSCTL), combine: 'replace', to: RENDERED },
  agent: { value: AGENT_CONFIG, combine: 'replace', to: RENDERED },
  bootstrapSteps: { value: listOf(STEP), combine: 'replace', to: RENDERED },
} satisfies InheritedFields<NodeBootstrapOptions>;

/** How a node is configured at boot. */
export const NODE_BOOTSTRAP_OPTIONS = new Struct<NodeBootstrapOptions, typeof OPTIONS>(
  'NodeBootstrapOptions',
  OPTIONS,
);

const PROPS = {
  ...OPTIONS,
  clusterName: { value: CLUSTER_NAME, to: RENDERED },
} satisfies Fields<NodeBootstrapProps>;

export const NODE_BOOTSTRAP = new Struct<NodeBootstrapProps, typeof PROPS>('NodeBootstrapProps', PROPS, {
  such: "{ clusterName: 'orders' }",
});
