import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { IConstruct } from 'constructs';
import { fail, quoteForMessage } from '../private/errors';
import { warn } from '../private/warning';
import { type AgentConfig, AgentLogDriver } from '../settings/agent-config';
import { nearMissesIn } from '../settings/agent-variables';
import type { Sysctl } from '../settings/sysctl';
import { specsOf } from './instance-type-specs';
import { knownNames, knownTypes } from './known-types';
import { MAX_GROUPS } from './node-fields';
import type { NodeProps } from './node-props';
import { mebibytesOf } from './node-size';

/** Refuses what EC2 would refuse when a node starts, or when the launch template is made. */
export function checkNode(scope: IConstruct, props: NodeProps, instanceTypes: ec2.InstanceType[]): void {
  checkSecurityGroups(scope, props);
  const { burstablePerformance } = props.instanceRequirements ?? {};
  if (
    props.cpuCredits !== undefined &&
    props.instanceRequirements !== undefined &&
    (burstablePerformance ?? ec2.BurstablePerformance.EXCLUDED) === ec2.BurstablePerformance.EXCLUDED
  ) {
    fail(
      'InvalidCpuCredits',
      '`cpuCredits` can be set for burstable instance types only, which `instanceRequirements` leave out ' +
        'without `burstablePerformance`',
      scope,
    );
  }
  const known = knownTypes(instanceTypes);
  if (props.cpuCredits !== undefined && known.length > 0 && !known.some((type) => type.isBurstable())) {
    fail(
      'InvalidCpuCredits',
      `\`cpuCredits\` can be set for burstable instance types only, got: ${known.join(', ')}`,
      scope,
    );
  }
}

function checkSecurityGroups(
  scope: IConstruct,
  { securityGroups = [], additionalSecurityGroups = [], hardware }: NodeProps,
): void {
  const groups = [...securityGroups, ...additionalSecurityGroups];
  const ids = groups.map(({ securityGroupId }) => securityGroupId);
  const index = ids.findIndex((id, place) => ids.indexOf(id) !== place);
  if (index !== -1) {
    const fields = [ids.indexOf(ids[index]), index].map((place) =>
      place < securityGroups.length ? '`securityGroups`' : '`additionalSecurityGroups`',
    );
    const path = quoteForMessage(groups[index].node.path);
    const text =
      fields[0] === fields[1]
        ? `${fields[0]} has ${path} twice`
        : `${fields.join(' and ')} both have ${path}`;
    fail('InvalidSecurityGroups', text, scope);
  }
  const most = hardware?.efa ? MAX_GROUPS - 1 : MAX_GROUPS;
  if (groups.length > most) {
    fail(
      'InvalidSecurityGroups',
      `\`securityGroups\` and \`additionalSecurityGroups\` must have at most ${most} groups ` +
        `together${hardware?.efa ? ' with that of the adapters' : ''}, got: ${groups.length}`,
      scope,
    );
  }
}

/**
 * Refuses a reservation for the system that is as large as a node: its agent finds no memory for tasks, and
 * does not register.
 */
export function checkReservedMemory(
  scope: IConstruct,
  { reservedMemory }: AgentConfig,
  instanceTypes: ec2.InstanceType[],
): void {
  const reserved = mebibytesOf(reservedMemory);
  const sizes = knownNames(instanceTypes).map((type) => ({ type, memoryMiB: specsOf(type)?.memoryMiB }));
  const small = sizes.filter(({ memoryMiB }) => memoryMiB !== undefined && memoryMiB <= reserved);
  if (small.length === 0) return;
  fail(
    'InvalidAgentConfig',
    '`agent.reservedMemory` must be less than the memory of each instance type, got: ' +
      `${reserved} MiB with ${small.map(({ type, memoryMiB }) => `${type} (${memoryMiB} MiB)`).join(', ')}. ` +
      'It is what the agent keeps from tasks for the system, not what tasks get',
    scope,
  );
}

/** Warns about variables that look like those of fields: the agent ignores one that it does not know. */
export function warnOfNearMisses(scope: IConstruct, environment: Record<string, string>): void {
  const misses = nearMissesIn(environment);
  if (misses.length === 0) return;
  warn(
    scope,
    'NodeTemplate.agentEnvironment',
    `\`agent.environment\` of "${scope.node.path}" has names that the library does not know and that ` +
      'look like those of fields: ' +
      `${misses.map(({ name, field }) => `${name} (did you mean \`${field}\`?)`).join(', ')}. The agent ` +
      'passes over what it does not know. Acknowledge this where it is a variable that is newer than the ' +
      'library.',
  );
}

/** Docker's own agent on the node itself. */
const LOCAL = /^((tcp|tls):\/\/)?(localhost|127\.|\[::1\])/;

/** Says of logs of the agent's container that keep the agent from starting. */
export function warnOfAgentLog(
  scope: IConstruct,
  { agentLogDriver, agentLogOptions = {} }: AgentConfig,
): void {
  const {
    'fluentd-async': async = '',
    'fluentd-async-connect': connect = '',
    'fluentd-address': address,
  } = agentLogOptions as Partial<Record<string, string>>;
  const waits = !/^[1tT]/.test(async) && !/^[1tT]/.test(connect);
  const isLocal = address === undefined || LOCAL.test(address);
  const why =
    agentLogDriver === AgentLogDriver.LOGENTRIES
      ? 'docker 25, which the ECS-optimized images have, has no log driver logentries. Name another one'
      : agentLogDriver === AgentLogDriver.FLUENTD && waits && isLocal
        ? 'the collector on the node must answer before, and one that runs as a task comes after. Add ' +
          "`'fluentd-async': 'true'` to `agentLogOptions`"
        : undefined;
  if (why === undefined) return;
  warn(
    scope,
    'NodeTemplate.agentLogDriver',
    `The log of the agent's container of "${scope.node.path}" goes to ${agentLogDriver}, and with it ` +
      `docker does not start the agent: ${why}. Acknowledge this where your image is another, or the ` +
      'collector a service of it.',
  );
}

const IPV6_OFF = /^net\.ipv6\.conf\.(all|default|\*)\.disable_ipv6$/;

/** Says of nodes without IPv6 that tasks in awsvpc mode may get no network there. */
export function warnOfIpv6(scope: IConstruct, sysctls: readonly Sysctl[], agent: AgentConfig): void {
  const off = sysctls.find(({ key, value }) => IPV6_OFF.test(key) && value === '1');
  if (off === undefined || agent.awsvpcBlockImds === false || agent.enableTaskEni === false) return;
  warn(
    scope,
    'NodeTemplate.ipv6',
    `The nodes of "${scope.node.path}" turn IPv6 off (${off.key}). Tasks in awsvpc mode may get no ` +
      'network there. The agent blocks the instance metadata service in them for IPv6 too, by a route ' +
      'that a kernel without IPv6 does not take. Leave the parameter out, IPv6 needs no address; or set ' +
      "`agent: { awsvpcBlockImds: false }`, which lets such tasks read the node's role. Acknowledge this " +
      'where no task is in awsvpc mode.',
  );
}

/**
 * From four times on a task that fills a good part of the larger type cannot fit on the smaller; twice is
 * what families of one size differ by already.
 */
const MUCH_LARGER = 4;

/**
 * Warns about instance types of which one is several times as large as another. Managed scaling calculates
 * with the smallest, so a task that fits only on the larger never makes the tier grow.
 *
 * By the names alone, which double CPU and memory at each step.
 */
export function warnOfSizes(scope: IConstruct, instanceTypes: ec2.InstanceType[]): void {
  const sizes = knownNames(instanceTypes)
    .flatMap((type) => {
      const size = sizeOf(type);
      return size === undefined ? [] : [{ type, size }];
    })
    .sort((a, b) => a.size - b.size);
  const [smallest, largest] = [sizes[0], sizes.at(-1)];
  if (smallest === undefined || largest === undefined || largest.size < MUCH_LARGER * smallest.size) return;
  warn(
    scope,
    'NodeTemplate.instanceTypes',
    `The instance types of "${scope.node.path}" are of very different sizes: ${largest.type} is about ` +
      `${largest.size / smallest.size} times as large as ${smallest.type}. Managed scaling calculates ` +
      'with the smallest, so a task that fits only on the larger never makes the tier grow, and waits ' +
      'for good. Name types of about one size, and make another tier for the other ones.',
  );
}

const BELOW_XLARGE: Record<string, number> = {
  nano: 1 / 4,
  micro: 1 / 2,
  small: 1,
  medium: 2,
  large: 4,
  xlarge: 8,
};

/**
 * A bare "metal" is the largest of its family, of 16xlarge at least (a1 and its like excepted, which ECS
 * nodes seldom are).
 */
const METAL = 16;

/**
 * In units of a "small", as EC2's own normalization factors have it. Undefined: no name that is known here.
 */
function sizeOf(type: string): number | undefined {
  const size = type.split('.')[1] ?? '';
  if (size in BELOW_XLARGE) return BELOW_XLARGE[size];
  if (size === 'metal') return METAL * BELOW_XLARGE.xlarge;
  const multiple = /^(?:metal-)?(\d+)xl(?:arge)?$/.exec(size)?.[1];
  return multiple === undefined ? undefined : Number(multiple) * BELOW_XLARGE.xlarge;
}
