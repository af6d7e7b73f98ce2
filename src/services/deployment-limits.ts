import type { HostedService } from './hosted-service';

/** How far a deployment, or the drain of a node, may take a service below and above its number of tasks. */
export interface DeploymentLimits {
  /** In percent; undefined: known at deployment only. */
  readonly min?: number;
  readonly max?: number;
  readonly desired?: number;
  /** A task may stop before another runs in its place. */
  readonly losesTasks: boolean;
  /** No task can start before another has stopped. */
  readonly hasNoRoom: boolean;
}

/**
 * ECS rounds the lower limit up and the upper limit down, so with few tasks the percentages alone mislead.
 * One task at 50 % is never taken away, and one task at 150 % never gets a second one next to it.
 */
export function deploymentLimitsOf(service: HostedService): DeploymentLimits {
  const min = percent(service, 'minimumHealthyPercent', 100);
  const max = percent(service, 'maximumPercent', 200);
  const desired = service.number('desiredCount');
  return {
    min,
    max,
    desired,
    losesTasks:
      min !== undefined && (desired === undefined ? min < 100 : Math.ceil((desired * min) / 100) < desired),
    hasNoRoom:
      max !== undefined &&
      desired !== 0 &&
      (desired === undefined ? max <= 100 : Math.floor((desired * max) / 100) <= desired),
  };
}

function percent(service: HostedService, name: string, whenLeftOut: number): number | undefined {
  const value = service.rendered('deploymentConfiguration', name) ?? whenLeftOut;
  return typeof value === 'number' ? value : undefined;
}
