import { type Aws, AwsError } from './aws';
import type { Sample, SeenNode } from './seen';

/** What the stack has made, by the physical names. Empty until it has. */
export interface Names {
  readonly group?: string;
  readonly cluster?: string;
  readonly provider?: string;
}

/** The answer, or undefined where there is no such thing: not yet, or no more. */
async function ifThere<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    const gone = /NotFound|does not exist|not found|INACTIVE|DoesNotExist/i;
    if (
      error instanceof Error &&
      gone.test(`${error instanceof AwsError ? error.code : ''} ${error.message}`)
    )
      return undefined;
    throw error;
  }
}

/** The names of what a stack has made, and those that were known before it began to go. */
export async function namesOf(aws: Aws, stack: string, known: Names = {}): Promise<Names> {
  const found =
    (await ifThere(aws.call('cloudformation', 'describe-stack-resources', { StackName: stack })))
      ?.StackResources ?? [];
  const first = (type: string): string | undefined =>
    found.find((resource: any) => resource.ResourceType === type && resource.PhysicalResourceId)
      ?.PhysicalResourceId;
  return {
    group: first('AWS::AutoScaling::AutoScalingGroup') ?? known.group,
    cluster: first('AWS::ECS::Cluster') ?? known.cluster,
    provider: first('AWS::ECS::CapacityProvider') ?? known.provider,
  };
}

export async function statusOf(aws: Aws, stack: string): Promise<string | undefined> {
  const status = (await ifThere(aws.call('cloudformation', 'describe-stacks', { StackName: stack })))
    ?.Stacks?.[0]?.StackStatus;
  return status === 'DELETE_COMPLETE' ? undefined : status;
}

/** Looks at everything once. */
export async function look(
  aws: Aws,
  stack: string,
  names: Names,
  now: Date,
): Promise<Omit<Sample, 'phase' | 'at'>> {
  const [status, group, ecs] = await Promise.all([
    statusOf(aws, stack),
    lookAtGroup(aws, names.group),
    lookAtCluster(aws, names),
  ]);
  return { stack: status, ...group, ...ecs, reservation: await reservation(aws, names, now) };
}

async function lookAtGroup(aws: Aws, name?: string): Promise<Pick<Sample, 'group' | 'hooks' | 'refresh'>> {
  if (name === undefined) return { hooks: [] };
  const described = await aws.call('autoscaling', 'describe-auto-scaling-groups', {
    AutoScalingGroupNames: [name],
  });
  const found = described.AutoScalingGroups[0];
  if (found === undefined) return { hooks: [] };
  const ids = found.Instances.map((instance: any) => instance.InstanceId);
  const tag = { 'resource-type': 'instance', key: 'aws:autoscaling:groupName', value: name };
  const [hooks, refreshes, tags, states] = await Promise.all([
    ifThere(aws.call('autoscaling', 'describe-lifecycle-hooks', { AutoScalingGroupName: name })),
    ifThere(
      aws.call('autoscaling', 'describe-instance-refreshes', { AutoScalingGroupName: name, MaxRecords: 1 }),
    ),
    aws.call('ec2', 'describe-tags', {
      Filters: Object.entries(tag).map(([Name, value]) => ({ Name, Values: [value] })),
    }),
    ids.length === 0
      ? undefined
      : ifThere(aws.call('ec2', 'describe-instance-status', { InstanceIds: ids, IncludeAllInstances: true })),
  ]);
  const ec2 = new Map<string, string>(
    states?.InstanceStatuses?.map((each: any) => [each.InstanceId, each.InstanceState?.Name]),
  );
  const refresh = refreshes?.InstanceRefreshes?.[0];
  const distribution = found.MixedInstancesPolicy?.InstancesDistribution;
  const maintenance = found.InstanceMaintenancePolicy;
  return {
    group: {
      desired: Number(found.DesiredCapacity),
      max: Number(found.MaxSize),
      instances: found.Instances.map((instance: any) => ({
        id: instance.InstanceId,
        state: instance.LifecycleState,
        version: instance.LaunchTemplate?.Version ?? '',
        ec2: ec2.get(instance.InstanceId),
      })),
      tagged: (tags.Tags ?? []).map((each: any) => each.ResourceId),
      settings: {
        onDemandPercentage: distribution?.OnDemandPercentageAboveBaseCapacity,
        spotMaxPrice: distribution?.SpotMaxPrice,
        warmup: found.DefaultInstanceWarmup,
        maintenance: maintenance && `${maintenance.MinHealthyPercentage}-${maintenance.MaxHealthyPercentage}`,
        maxLifetime: found.MaxInstanceLifetime,
      },
    },
    hooks: (hooks?.LifecycleHooks ?? []).map((hook: any) => hook.LifecycleHookName),
    refresh: refresh && {
      id: refresh.InstanceRefreshId,
      status: refresh.Status,
      percentage: Number(refresh.PercentageComplete ?? 0),
      desiredConfiguration: refresh.DesiredConfiguration !== undefined,
    },
  };
}

async function lookAtCluster(
  aws: Aws,
  { cluster, provider }: Names,
): Promise<Pick<Sample, 'nodes' | 'services' | 'provider'>> {
  if (cluster === undefined) return { nodes: [], services: [], provider: false };
  const [arns, serviceArns, providers] = await Promise.all([
    ifThere(aws.call('ecs', 'list-container-instances', { cluster })),
    ifThere(aws.call('ecs', 'list-services', { cluster })),
    provider === undefined
      ? undefined
      : ifThere(aws.call('ecs', 'describe-capacity-providers', { capacityProviders: [provider] })),
  ]);
  const containerInstances: string[] = arns?.containerInstanceArns ?? [];
  const services: string[] = serviceArns?.serviceArns ?? [];
  const [nodes, described] = await Promise.all([
    containerInstances.length === 0
      ? undefined
      : ifThere(aws.call('ecs', 'describe-container-instances', { cluster, containerInstances })),
    services.length === 0 ? undefined : ifThere(aws.call('ecs', 'describe-services', { cluster, services })),
  ]);
  return {
    nodes: (nodes?.containerInstances ?? []).map(
      (each: any): SeenNode => ({
        arn: each.containerInstanceArn,
        instance: each.ec2InstanceId,
        status: each.status,
        connected: each.agentConnected === true,
        running: each.runningTasksCount ?? 0,
        pending: each.pendingTasksCount ?? 0,
        attributes: (each.attributes ?? []).map((attribute: any) => attribute.name),
      }),
    ),
    services: (described?.services ?? []).map((each: any) => ({
      name: each.serviceName,
      desired: each.desiredCount,
      running: each.runningCount,
      constraints: (each.placementConstraints ?? []).length,
    })),
    provider: (providers?.capacityProviders ?? []).some((each: any) => each.status !== 'INACTIVE'),
  };
}

async function reservation(aws: Aws, { cluster, provider }: Names, now: Date): Promise<number | undefined> {
  if (cluster === undefined || provider === undefined) return undefined;
  const answer = await aws.call('cloudwatch', 'get-metric-statistics', {
    Namespace: 'AWS/ECS/ManagedScaling',
    MetricName: 'CapacityProviderReservation',
    Dimensions: [
      { Name: 'ClusterName', Value: cluster },
      { Name: 'CapacityProviderName', Value: provider },
    ],
    StartTime: new Date(now.getTime() - 300_000).toISOString(),
    EndTime: now.toISOString(),
    Period: 60,
    Statistics: ['Average'],
  });
  const points = [...(answer.Datapoints ?? [])].sort((a: any, b: any) =>
    String(a.Timestamp).localeCompare(String(b.Timestamp)),
  );
  return points.at(-1)?.Average;
}
