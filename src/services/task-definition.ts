import { type CfnResource, Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { identityOf, identityOfResource, isResourceOf, referencedResource } from '../rendered/references';
import { field, knownPath, property, rendered, renderedList } from '../rendered/resource';
import { StageResources } from '../rendered/stage-resources';
import type { HostedService } from './hosted-service';

const TASK_DEFINITION = 'AWS::ECS::TaskDefinition';

/** A port of a container, and on which port of the node it is reached. */
export interface PublishedPort {
  readonly container: string;
  readonly containerPort: unknown;
  /** 0: the agent hands one out. */
  readonly hostPort: number;
}

/**
 * The task definition of a service, where the app defines it: found by the reference, or through the L2
 * (CodeDeploy names the family only).
 */
export function taskDefinitionOf(service: HostedService): CfnResource | undefined {
  const referred = taskDefinitionBy(property(service.resource, 'taskDefinition'));
  if (referred !== undefined) return referred;
  const l2 = service.resource.node.scope as { taskDefinition?: IConstruct } | undefined;
  const resource =
    l2?.taskDefinition?.node?.defaultChild ?? l2?.taskDefinition?.node?.tryFindChild('Resource');
  return isResourceOf(TASK_DEFINITION, resource) ? resource : undefined;
}

/** The task definition that a value refers to. */
export function taskDefinitionBy(value: unknown): CfnResource | undefined {
  return referencedResource(value, TASK_DEFINITION);
}

/** The same for one that may be named in a text: by its family, or by its logical id. */
export function taskDefinitionNamedBy(user: IConstruct, value: unknown): CfnResource | undefined {
  const identity = identityOf(user, value);
  if (identity === undefined) return undefined;
  const found = StageResources.of(user).index(byIdentity).get(identity) ?? [];
  return found.length > 1 ? found.find((one) => Stack.of(one) === Stack.of(user)) : found[0];
}

function byIdentity(resources: StageResources): Map<string, CfnResource[]> {
  const found = new Map<string, CfnResource[]>();
  for (const one of resources.ofType(TASK_DEFINITION)) {
    const family = rendered(one, 'family');
    const names = typeof family === 'string' ? [`id ${family}`] : [];
    for (const name of [identityOfResource(one), ...names])
      found.set(name, [...(found.get(name) ?? []), one]);
  }
  return found;
}

/** What a task definition says that it is for: `EC2`, `FARGATE` and others; none where it says nothing. */
export function requiredBy(taskDefinition: CfnResource): string[] {
  const required = renderedList(taskDefinition, 'requiresCompatibilities');
  return required.every((one) => typeof one === 'string') ? (required as string[]) : [];
}

/** The path that a user knows: the L2's, where there is one. */
export function pathOfTaskDefinition(taskDefinition: CfnResource): string {
  return knownPath(taskDefinition, 'taskDefinitionArn');
}

/** Whether what starts a task may change what it reserves: in overrides of its containers, or of the task. */
export function mayChangeSize(user: IConstruct, overrides: readonly unknown[]): boolean {
  const text = JSON.stringify(Stack.of(user).resolve(overrides.filter((one) => one !== undefined)));
  return RESERVES.test(text) || OPEN.test(text);
}

/** Fields of an override, in a text of JSON too, where Step Functions may fill them in (`Cpu.$`). */
const RESERVES = /"(cpu|memory|memoryReservation|resourceRequirements)(\.\$)?\\*"\s*:/i;

/** Overrides that are known only when the task is started: a path, a variable or an expression. */
const OPEN = /^\["(\$|\{%)|overrides(\.\$)?\\*":\s*\\*"?(<|\$|\{%)/i;

/**
 * How the containers of a service are reached; where nothing is set ECS takes bridge mode.
 * Undefined: defined elsewhere.
 */
export function networkModeOf(service: HostedService): string | undefined {
  if (service.rendered('networkConfiguration') !== undefined) return 'awsvpc';
  const taskDefinition = taskDefinitionOf(service);
  if (taskDefinition === undefined) return undefined;
  const mode = rendered(taskDefinition, 'networkMode');
  return typeof mode === 'string' ? mode : 'bridge';
}

/**
 * The ports that the containers of a service publish on its node. None in awsvpc mode, where a task has its
 * own address.
 */
export function publishedPorts(service: HostedService): PublishedPort[] {
  const taskDefinition = taskDefinitionOf(service);
  const mode = networkModeOf(service);
  if (taskDefinition === undefined || mode === 'awsvpc' || mode === 'none') return [];
  return renderedList(taskDefinition, 'containerDefinitions').flatMap((container) => {
    const mappings = field(container, 'portMappings');
    return (Array.isArray(mappings) ? mappings : []).map((mapping) => ({
      container: String(field(container, 'name')),
      containerPort: field(mapping, 'containerPort'),
      hostPort: hostPort(mapping, mode),
    }));
  });
}

/** Those of them that are the same on each node. */
export function fixedPorts(service: HostedService): PublishedPort[] {
  return publishedPorts(service).filter(({ hostPort }) => hostPort !== 0);
}

/** The placement constraints of the tasks of a service: its own, and those of its task definition. */
export function constraintsOf(service: HostedService): unknown[] {
  const resources = [service.resource, taskDefinitionOf(service) ?? []].flat();
  return resources.flatMap((resource) => renderedList(resource, 'placementConstraints'));
}

function hostPort(mapping: unknown, mode: string | undefined): number {
  const port =
    mode === 'host'
      ? (field(mapping, 'hostPort') ?? field(mapping, 'containerPort'))
      : field(mapping, 'hostPort');
  return typeof port === 'number' ? port : 0;
}
