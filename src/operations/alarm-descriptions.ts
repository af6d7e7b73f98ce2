import type { Duration } from 'aws-cdk-lib';

/**
 * What the alarms say. CloudWatch takes 1,024 characters. The names of clusters and groups, known at
 * deployment only, may have 255 each. So a name is in a text once, as a shell variable, and no text names
 * more than two.
 */

export function highReservation(
  what: 'CPU' | 'memory',
  threshold: number,
  duration: Duration,
  cluster: string,
): string {
  return (
    `Tasks have reserved at least ${threshold}% of the ${what} of all nodes of C=${cluster} for ` +
    `${duration.toHumanString()}. Full nodes are what managed scaling aims at: it is a problem if ` +
    `tasks wait. See: aws ecs describe-clusters --clusters $C --query ` +
    '"clusters[].pendingTasksCount"; aws ecs describe-services --cluster $C --services NAME --query ' +
    '"services[].events[:5].message". If they wait, raise maxCapacity of the tier; if they do not, ' +
    'raise this threshold or turn the alarm off.'
  );
}

export function highUtilization(
  what: 'CPU' | 'memory',
  threshold: number,
  duration: Duration,
  cluster: string,
): string {
  const metric = what === 'CPU' ? 'CPUUtilization' : 'MemoryUtilization';
  return (
    `Tasks have used at least ${threshold}% of the ${what} of all nodes of C=${cluster} for ` +
    `${duration.toHumanString()}. Services run ` +
    `slowly${what === 'CPU' ? '' : ', or the kernel ends containers'}. See which, by ${metric} of each ` +
    `service: aws ecs list-services --cluster $C; aws cloudwatch list-metrics ` +
    `--namespace AWS/ECS --metric-name ${metric} --dimensions Name=ClusterName,Value=$C. Scale that ` +
    `service out, or let its tasks reserve as much ${what} as they use, so that fewer of them share a ` +
    'node.'
  );
}

export function tierAtMaximum(tier: string, duration: Duration, cluster: string, group: string): string {
  return (
    `The tier "${tier}" of C=${cluster} has been at its maximum size for ${duration.toHumanString()} and ` +
    'cannot grow. Do tasks wait? aws ecs describe-clusters --clusters $C --query ' +
    '"clusters[].pendingTasksCount". Nodes: aws autoscaling describe-auto-scaling-groups ' +
    `--auto-scaling-group-names ${group}; who has joined: aws ecs list-container-instances --cluster ` +
    '$C. If all have, raise maxCapacity or find the service that grew; a node that has not: aws ec2 ' +
    'get-console-output --instance-id ID.'
  );
}

export function tierNotGrowing(tier: string, duration: Duration, cluster: string, group: string): string {
  return (
    `Tasks have waited ${duration.toHumanString()} for nodes that the tier "${tier}" of C=${cluster} does ` +
    'not bring. No node starts (no capacity, a quota, the maximum): aws autoscaling ' +
    `describe-scaling-activities --max-items 5 --auto-scaling-group-name ${group}. Nodes start and do not ` +
    'join: aws ec2 get-console-output --instance-id ID. A task fits on no node of the tier: aws ecs ' +
    'describe-services --cluster $C --services NAME --query "services[].events[:5].message".'
  );
}

export function drainNotEnding(tier: string, duration: Duration, cluster: string, group: string): string {
  return (
    `Nodes of the tier "${tier}" have been terminating for ${duration.toHumanString()}: a task cannot move ` +
    `or end. C=${cluster} G=${group}. Nodes: aws ecs list-container-instances --cluster $C --status ` +
    'DRAINING. Tasks: aws ecs list-tasks --cluster $C --container-instance ARN. End it, ' +
    'with its tasks: aws autoscaling complete-lifecycle-action --auto-scaling-group-name $G ' +
    '--lifecycle-hook-name ecs-managed-draining-termination-hook --lifecycle-action-result CONTINUE ' +
    '--instance-id ID'
  );
}

export function orphans(idleNodes: number, duration: Duration, cluster: string): string {
  return (
    `For ${duration.toHumanString()} more than ${idleNodes} nodes in service of C=${cluster} have run no ` +
    'task: they have not joined the cluster, or are idle. Nodes: aws ec2 describe-instances ' +
    '--filters Name=tag:ClusterName,Values=$C --query "Reservations[].Instances[].InstanceId". Joined: ' +
    'aws ecs describe-container-instances --cluster $C --query "containerInstances[].ec2InstanceId" ' +
    '--container-instances $(aws ecs list-container-instances --cluster $C --query ' +
    '"containerInstanceArns[]" --output text). Why one has not: aws ec2 get-console-output --latest ' +
    '--instance-id ID. Replace it: aws autoscaling set-instance-health --health-status Unhealthy ' +
    '--instance-id ID'
  );
}
