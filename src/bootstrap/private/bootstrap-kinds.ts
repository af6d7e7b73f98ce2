import type { Kind } from '../../private/expected-type';
import type { DockerAuth } from '../../registry/docker-auth';
import type { AgentConfig } from '../../settings/agent-config';
import type { NodeLogDriver } from '../../settings/log-driver';
import type { Sysctl } from '../../settings/sysctl';
import type { BootstrapStep } from '../bootstrap-step';

export const DOCKER_AUTH: Kind<DockerAuth> = {
  name: 'a DockerAuth: `DockerAuth.fromSecret(secret)`',
  member: '_statements',
};

export const LOG_DRIVER: Kind<NodeLogDriver> = {
  name: 'a NodeLogDriver, such as `NodeLogDriver.AWSLOGS`',
  member: 'name',
  instead: (name) => `NodeLogDriver.of(${name})`,
};

export const SYSCTL: Kind<Sysctl> = {
  name: "a Sysctl, such as `Sysctl.of('vm.max_map_count', '262144')`",
  member: 'key',
};

export const AGENT_CONFIG: Kind<AgentConfig> = {
  name: 'an AgentConfig such as `{ disablePrivileged: true }`',
};

export const STEP: Kind<BootstrapStep> = {
  name: "a BootstrapStep, such as `BootstrapStep.run('…')`",
  member: '_node',
  instead: (command) => `BootstrapStep.run(${command})`,
};
