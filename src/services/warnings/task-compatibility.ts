import { warn } from '../../private/warning';
import { pathOfTaskDefinition, requiredBy } from '../task-definition';
import { type TaskRun, tiersText } from './task-platform';

/** Warns about tasks that are sent to nodes, and whose task definition is for something else than EC2. */
export function checkTaskCompatibility({ scope, name, cluster, taskDefinition, tiers }: TaskRun): void {
  const required = requiredBy(taskDefinition);
  if (tiers.length === 0 || required.length === 0 || required.includes('EC2')) return;
  warn(
    scope,
    'Service.compatibility',
    `The task definition "${pathOfTaskDefinition(taskDefinition)}" is for ${required.join(', ')} only ` +
      `(\`requiresCompatibilities\`). The tasks of ${name} on the cluster "${cluster.scope.node.path}" are ` +
      `placed on the nodes of ${tiersText(tiers)}: ECS may refuse that. It refuses the platform version of a ` +
      'Fargate service there. Use an `ecs.Ec2Service` with an `ecs.Ec2TaskDefinition`, or ' +
      '`compatibility: ecs.Compatibility.EC2_AND_FARGATE`; or leave the tasks to Fargate, without the ' +
      'strategy of a tier.',
  );
}
