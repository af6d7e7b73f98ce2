import { aws_ecs as ecs } from 'aws-cdk-lib';
import { ec2Service, TestStack, warning, warningIds } from '../helpers';

const ID = 'Service.codeDeploy';
const codeDeploy: Partial<ecs.Ec2ServiceProps> = {
  circuitBreaker: undefined,
  deploymentController: { type: ecs.DeploymentControllerType.CODE_DEPLOY },
};

test('a service that CodeDeploy deploys is warned of', () => {
  const stack = new TestStack();
  ec2Service(stack, stack.cluster(), codeDeploy);
  expect(warning(stack, ID)?.message).toBe(
    'The service "Stack/Api" is deployed by CodeDeploy and keeps launch type EC2 on the cluster ' +
      '"Stack/Cluster": its tasks start no nodes. When it is created (not later) give it a strategy, ' +
      '`capacityProviderStrategies: [cluster.tier(name).strategy()]`, and the same one in its AppSpec.',
  );
});

test('with the cordon it learns of the constraint too, which it does not get', () => {
  const stack = new TestStack();
  ec2Service(stack, stack.cluster({ constrainToNotHeld: true }), codeDeploy);
  expect(warning(stack, ID)?.message).toContain('`placementConstraints: [EcsAutoScaledCluster.notHeld()]`');
});

test('with a strategy of its own it is not', () => {
  const stack = new TestStack();
  ec2Service(stack, stack.cluster(), {
    ...codeDeploy,
    capacityProviderStrategies: [{ capacityProvider: 'cluster-general', weight: 1 }],
  });
  expect(warningIds(stack)).toEqual([]);
});
