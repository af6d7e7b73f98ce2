import { Token } from 'aws-cdk-lib';
import { wholeNumber } from '../private/bounds';
import type { ErrorCode } from '../private/error-code';
import { fail } from '../private/errors';
import { refined } from '../private/expected-type';
import { RENDERED, Struct } from '../private/fields';
import type { Value } from '../private/value';
import type { HostPortRange } from './agent-config';

/**
 * The host ports that the agent gives to containers in bridge mode, unless `agent.dynamicHostPortRange` says
 * otherwise.
 *
 * They are what CDK opens between a load balancer and the nodes, regardless of the range that the agents use
 * (aws-cdk #9778).
 */
export const DEFAULT_HOST_PORTS: HostPortRange = { fromPort: 32768, toPort: 65535 };

function structOf(code: ErrorCode): Struct<HostPortRange> {
  const port = wholeNumber(code, { min: 1, max: 65535 });
  return new Struct<HostPortRange>(
    'HostPortRange',
    {
      fromPort: { value: port, required: true, to: RENDERED },
      toPort: { value: port, required: true, to: RENDERED },
    },
    { such: '{ fromPort: 40000, toPort: 49999 }' },
  );
}

/** The fields of a `HostPortRange`. */
export const HOST_PORTS = structOf('InvalidHostPorts');

/** A range of ports of the node, refused with `code`. */
export function hostPortRange(code: ErrorCode): Value<HostPortRange> {
  return refined(structOf(code), (field, { fromPort, toPort }, scope) => {
    if (Token.isUnresolved(fromPort) || Token.isUnresolved(toPort) || toPort >= fromPort) return;
    fail(code, `\`${field}\` must not end before it begins, got: ${fromPort} to ${toPort}`, scope);
  });
}
