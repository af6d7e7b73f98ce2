import type { HostPortRange } from './agent-config';

/**
 * The host ports that the agent gives to containers in bridge mode, unless `agent.dynamicHostPortRange` says
 * otherwise.
 *
 * They are what CDK opens between a load balancer and the nodes, whatever range the agents use (aws-cdk
 * #9778).
 */
export const DEFAULT_HOST_PORTS: HostPortRange = { fromPort: 32768, toPort: 65535 };
