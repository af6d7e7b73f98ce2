import type { CfnResource } from 'aws-cdk-lib';
import { warn } from '../../private/warning';
import { type Problem, problemAt } from '../../rendered/problem';
import { field, isOverridden, listAtTheEnd } from '../../rendered/resource';
import { associationsOf } from '../capacity-provider';
import { clusterNamedBy } from '../cluster-match';
import type { HostedService } from '../hosted-service';
import type { ServedCluster } from '../served-cluster';
import { type Strategy, strategyDoubts, strategyFaults, strategyOf } from '../strategy-rules';
import { taskDefinitionBy, taskDefinitionOf } from '../task-definition';
import { type SenderShape, taskTargetsOf } from '../task-targets';

/** Refuses a strategy that CDK takes and ECS does not, or not for this service or cluster. */
export function checkStrategy(service: HostedService, clusters: readonly ServedCluster[]): Problem[] {
  const { resource, cluster, strategy, path, isDaemon, launchType } = service;
  if (strategy.length === 0) return [];
  const subject = `\`capacityProviderStrategies\` of the service "${path}"`;
  return check(subject, strategyOf(resource, cluster, strategy, taskDefinitionOf(service)), clusters, [
    ...(isDaemon ? [FOR_A_DAEMON] : []),
    ...besideLaunchType(launchType),
  ]);
}

/** The same for the strategies of rules, schedules and pipes. */
export function checkTargetStrategies(
  resource: CfnResource,
  shape: SenderShape,
  clusters: readonly ServedCluster[],
): Problem[] {
  return taskTargetsOf(resource, shape).flatMap(({ cluster: its, parameters, strategy }) => {
    const cluster = strategy.length === 0 ? undefined : clusterNamedBy(its, resource, clusters)?.cluster;
    if (cluster === undefined) return [];
    const subject = `\`capacityProviderStrategy\` of "${resource.node.path}"`;
    const taskDefinition = taskDefinitionBy(field(parameters, 'taskDefinitionArn'));
    const named = strategyOf(resource, cluster, strategy, taskDefinition);
    return checkStrategyOfRun(subject, named, field(parameters, 'launchType'), clusters);
  });
}

/** The same for a call of `RunTask`. */
export function checkStrategyOfRun(
  subject: string,
  strategy: Strategy,
  launchType: unknown,
  clusters: readonly ServedCluster[],
): Problem[] {
  return check(subject, strategy, clusters, besideLaunchType(launchType));
}

/**
 * The same for the cluster's default strategy: CDK looks at its providers and bases when it is given, and
 * not at its other numbers, nor at what comes later.
 */
export function checkDefaultStrategy(cluster: ServedCluster, clusters: readonly ServedCluster[]): Problem[] {
  return associationsOf(cluster).flatMap((association) => {
    const items = listAtTheEnd(association, 'defaultCapacityProviderStrategy');
    // As it was given, the cluster has said so itself, with the names of the fields of tiers.
    const isAsMade = !isOverridden(association, 'DefaultCapacityProviderStrategy');
    return strategyFaults(strategyOf(association, cluster, items), clusters, isAsMade).map((fault) =>
      problemAt(
        cluster.scope,
        'InvalidStrategy',
        `the default strategy of the cluster "${cluster.scope.node.path}" must ${fault}`,
      ),
    );
  });
}

const FOR_A_DAEMON =
  'must be left out for a daemon: ECS refuses it there. A daemon runs on each node of the cluster. For the ' +
  'nodes of one tier, give the tier an attribute (`agent.instanceAttributes`) and the daemon a constraint on ' +
  'it (`ecs.PlacementConstraint.memberOf()`)';

function besideLaunchType(launchType: unknown): string[] {
  if (launchType === undefined) return [];
  return [`must not be set together with a launch type, got: "${launchType}". Leave out \`launchType\``];
}

function check(
  subject: string,
  strategy: Strategy,
  clusters: readonly ServedCluster[],
  usage: readonly string[],
): Problem[] {
  const { user, cluster } = strategy;
  const start = `${subject} on the cluster "${cluster.scope.node.path}"`;
  for (const doubt of strategyDoubts(strategy))
    warn(user, 'Service.strategy', `${start} ${doubt}. ECS may refuse it.`);
  return [...usage, ...strategyFaults(strategy, clusters).map((fault) => `must ${fault}`)].map((fault) =>
    problemAt(user, 'InvalidServiceStrategy', `${start} ${fault}`),
  );
}
