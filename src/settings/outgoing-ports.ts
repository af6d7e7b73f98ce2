import { Token } from 'aws-cdk-lib';
import type { HostPortRange } from './agent-config';
import { parsePorts } from './port-list';
import { mergeSysctls, OUTGOING_PORTS, RESERVED_PORTS, type Sysctl } from './sysctl';

/** Where a node takes the ports of its outgoing connections from, and which of them it leaves alone. */
export interface OutgoingPorts {
  readonly range: HostPortRange;
  readonly reserved: readonly HostPortRange[];
}

/** By the kernel parameters of a node, the defaults included; undefined where a token decides. */
export function outgoingPorts(sysctls: Sysctl[] | undefined): OutgoingPorts | undefined {
  const values = new Map(mergeSysctls(sysctls).map(({ key, value }) => [key, value]));
  const reserved = values.get(RESERVED_PORTS);
  const range = values.get(OUTGOING_PORTS) ?? '';
  if (Token.isUnresolved(range) || Token.isUnresolved(reserved)) return undefined;
  const [fromPort, toPort] = range.split(/[ \t]+/).map(Number);
  return {
    range: { fromPort, toPort },
    reserved: reserved === undefined ? [] : (parsePorts(reserved) ?? []),
  };
}

/** Whether a connection of the node can have this port. */
export function mayBeTaken({ range, reserved }: OutgoingPorts, port: number): boolean {
  const isIn = ({ fromPort, toPort }: HostPortRange) => port >= fromPort && port <= toPort;
  return isIn(range) && !reserved.some(isIn);
}
