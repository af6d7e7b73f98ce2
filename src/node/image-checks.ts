import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import { quoteForMessage } from '../private/errors';
import { amazonImage, namesOf } from './amazon-image';
import { knownNames } from './known-types';

const WAY_OUT = 'Leave `machineImage` out, or write `NodeImage.amazonLinux2023()`';

/** Where images are published that are not like Amazon Linux 2023, or that have no ECS agent. */
const OTHER_IMAGES: readonly [pattern: RegExp, what: string][] = [
  [/^\/aws\/service\/ecs\/optimized-ami\/amazon-linux(-2)?\//, 'an Amazon Linux before 2023'],
  [
    /^\/aws\/service\/ami-amazon-linux-latest\/amzn2?-ami-/,
    'an Amazon Linux before 2023, without the ECS agent',
  ],
  [/^\/aws\/service\/(ami-windows-latest|ecs\/optimized-ami\/windows)/, 'Windows'],
  [/^\/aws\/service\/bottlerocket\//, 'Bottlerocket'],
];

const WITHOUT_AGENT = /^\/aws\/service\/(ami-amazon-linux-latest|canonical|debian|eks|freebsd|suse)\//;

/** The names of Amazon's images, as `ec2.MachineImage.lookup()` looks for them. */
const OTHER_NAMES = /^(amzn2?-ami-|Windows_Server-|bottlerocket-|ubuntu\/|debian-)/;

const NAMES_WITHOUT_AGENT = /^al2023-ami-(2023|minimal|kernel)/;

/**
 * Why nodes of an image cannot join a cluster, as far as the name of its parameter says. Undefined: they may.
 *
 * @param agentIsInstalled a step installs the agent's package, so an image without the agent will do.
 */
export function reasonAgainstImage(parameter: string, agentIsInstalled: boolean): string | undefined {
  const other = OTHER_IMAGES.find(([pattern]) => pattern.test(parameter))?.[1];
  const what =
    other ??
    (WITHOUT_AGENT.test(parameter) && !agentIsInstalled ? 'an image without the ECS agent' : undefined);
  return what === undefined ? undefined : against(parameter, what);
}

/** The same for an image that is looked up by its name. */
function reasonAgainstName(name: string, agentIsInstalled: boolean): string | undefined {
  if (OTHER_NAMES.test(name)) return against(name, 'an image that is not like Amazon Linux 2023');
  if (agentIsInstalled || !NAMES_WITHOUT_AGENT.test(name)) return undefined;
  return against(name, 'an image without the ECS agent');
}

function against(name: string, what: string): string {
  return (
    '`machineImage` must be an image like the ECS-optimized Amazon Linux 2023, got: ' +
    `${quoteForMessage(name)}, ${what}: its nodes would never join the cluster. ${WAY_OUT}`
  );
}

/** Why nodes of an image of CDK's cannot join. */
export function reasonAgainst(image: ec2.IMachineImage, agentIsInstalled: boolean): string | undefined {
  const { parameter, name } = namesOf(image);
  if (parameter !== undefined) return reasonAgainstImage(parameter, agentIsInstalled);
  return name === undefined ? undefined : reasonAgainstName(name, agentIsInstalled);
}

/** Why nodes of these types never boot the image: the first Graviton, and Amazon Linux 2023. */
export function reasonAgainstTypes(
  parameter: string | undefined,
  instanceTypes: readonly ec2.InstanceType[],
): string | undefined {
  if (parameter === undefined || amazonImage(parameter) === undefined) return undefined;
  const first = knownNames(instanceTypes).find((type) => type.startsWith('a1.'));
  if (first === undefined) return undefined;
  return (
    `\`instanceTypes\` must not have ${first} with Amazon Linux 2023, which does not boot on A1. Take ` +
    'a newer Graviton, such as t4g, m7g or c7g'
  );
}
