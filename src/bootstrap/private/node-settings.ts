import type { DockerAuth } from '../../registry/docker-auth';
import type { AgentLine } from '../../settings/agent-variables';
import type { StepNode } from './step-node';

/** All that a renderer needs to know, on any operating system. */
export interface NodeSettings {
  /** Found at boot when it is not known. */
  readonly clusterName?: string;
  /** Without `ECS_CLUSTER` and the registries' credentials. */
  readonly agentLines: readonly AgentLine[];
  /** `key = value`. */
  readonly sysctlLines: readonly string[];
  readonly dockerAuth?: DockerAuth;
  readonly steps: readonly StepNode[];
}
