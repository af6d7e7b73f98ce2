import type { CfnResource } from 'aws-cdk-lib';
import { NodeRole } from '../node/node-role';
import type { NodeTemplate } from '../node/node-template';
import { field, fieldList, renderedList } from '../rendered/resource';

/** A VPC endpoint that a node without another way out needs. */
export interface EndpointNeed {
  /** The last part of the endpoint's service name: `ecs-agent`. */
  readonly service: string;
  /** What needs it. */
  readonly user: string;
  /** Without it no node ever joins. */
  readonly isVital: boolean;
}

const AGENT = ['ecs', 'ecs-agent', 'ecs-telemetry'];
const SESSION_MANAGER = ['ssm', 'ssmmessages'];
const ECR = ['ecr.api', 'ecr.dkr', 's3'];

/** What the nodes of a template need by themselves: the agent, the bootstrap, Session Manager. */
export function endpointNeedsOfNodes({ bootstrap, role }: NodeTemplate): EndpointNeed[] {
  const needs = (services: string[], user: string, isVital: boolean): EndpointNeed[] =>
    services.map((service) => ({ service, user, isVital }));
  const installs = bootstrap._settings.steps.some(
    (step) => step.kind === 'installPackages' && !step.continueOnError,
  );
  return [
    // A proxy is reached within the VPC.
    ...(bootstrap._agentConfig.httpProxy === undefined ? needs(AGENT, 'the agent', true) : []),
    ...(bootstrap._dockerAuth === undefined ? [] : needs(['secretsmanager'], '`dockerAuth`', true)),
    // The repositories of Amazon Linux 2023 are buckets.
    ...(installs ? needs(['s3'], '`installPackages`', true) : []),
    ...(NodeRole.isNodeRole(role) && (role as NodeRole)._sessionManager
      ? needs(SESSION_MANAGER, 'Session Manager', false)
      : []),
  ];
}

/** What the tasks of a task definition need of their node: to pull images, to write logs, to read secrets. */
export function endpointNeedsOfTasks(taskDefinition: CfnResource, execIsEnabled = false): EndpointNeed[] {
  const containers = renderedList(taskDefinition, 'containerDefinitions');
  const needs = (services: string[], user: string, areNeeded: boolean): EndpointNeed[] =>
    areNeeded ? services.map((service) => ({ service, user, isVital: false })) : [];
  const secrets = containers.flatMap((container) =>
    [...fieldList(container, 'secrets'), ...fieldList(container, 'logConfiguration', 'secretOptions')].map(
      (secret) => field(secret, 'valueFrom'),
    ),
  );
  const ofParameters = secrets.filter(isParameter);
  const credentials = containers.some((container) => field(container, 'repositoryCredentials') !== undefined);
  return [
    ...needs(ECR, 'images in Amazon ECR', containers.some(isFromEcr)),
    ...needs(['logs'], 'the log driver awslogs', containers.some(usesAwslogs)),
    ...needs(['ssm'], 'parameters in `secrets`', ofParameters.length > 0),
    ...needs(['secretsmanager'], 'secrets of containers', ofParameters.length < secrets.length),
    ...needs(['secretsmanager'], '`repositoryCredentials`', credentials),
    ...needs(
      ['s3'],
      '`environmentFiles`',
      containers.some((container) => fieldList(container, 'environmentFiles').length > 0),
    ),
    ...needs(['ssmmessages'], 'ECS Exec', execIsEnabled),
  ];
}

function isFromEcr(container: unknown): boolean {
  return /\.dkr[.-]ecr\b/.test(textOf(field(container, 'image')));
}

function usesAwslogs(container: unknown): boolean {
  return field(container, 'logConfiguration', 'logDriver') === 'awslogs';
}

/** A parameter of Systems Manager: by its ARN, or by its name alone. */
function isParameter(value: unknown): boolean {
  return textOf(value).includes(':ssm:') || (typeof value === 'string' && !value.includes(':'));
}

/** The text of a rendered value, intrinsic functions included. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

/** Each service once, with all that needs it; vital where one of them is. */
export function mergedNeeds(needs: readonly EndpointNeed[]): EndpointNeed[] {
  const byService = new Map<string, EndpointNeed[]>();
  for (const need of needs) byService.set(need.service, [...(byService.get(need.service) ?? []), need]);
  return [...byService].map(([service, ofOne]) => ({
    service,
    user: [...new Set(ofOne.map(({ user }) => user))].join(', '),
    isVital: ofOne.some(({ isVital }) => isVital),
  }));
}
