import { CfnParameter } from 'aws-cdk-lib';
import * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import {
  EcsAutoScaledCluster,
  type EcsAutoScaledClusterAttributes,
  type InstanceTierProps,
  PurchaseOption,
  TierSchedule,
} from '../../src';
import { SMALL, TestStack } from '../helpers/estate';

function synthesized(...tiers: Partial<InstanceTierProps>[]): () => unknown {
  return () => {
    const stack = new TestStack();
    stack.cluster({
      instanceTypes: [SMALL],
      tiers: tiers.map((tier, index) => ({ name: `tier${index}`, ...tier })),
    });
    return stack.template;
  };
}

describe('a cluster', () => {
  test('whose default strategy has no weight at all is refused: ECS would place nothing', () => {
    expect(
      synthesized({ defaultStrategy: { base: 1, weight: 0 } }, { defaultStrategy: { weight: 0 } }),
    ).toThrow(
      '`defaultStrategy.weight` must be above 0 for at least one tier, got: 0 for all (InvalidStrategy)',
    );
    expect(synthesized({ defaultStrategy: { weight: 0 } }, { defaultStrategy: { weight: 1 } })).not.toThrow();
  });

  test('with two providers of one name is refused', () => {
    expect(synthesized({ capacityProviderName: 'orders' }, { capacityProviderName: 'orders' })).toThrow(
      '`capacityProviderName` must be unique, got "orders" twice: ',
    );
    expect(synthesized({}, {})).not.toThrow();
  });

  test('with an on-demand base as large as the tier is refused: nothing would be on Spot', () => {
    expect(
      synthesized({ maxCapacity: 3, purchase: PurchaseOption.spot({ onDemandBaseCapacity: 3 }) }),
    ).toThrow(
      "`onDemandBaseCapacity` must be below the tier's `maxCapacity`, or nothing is on Spot, got: 3 " +
        'and 3 (InvalidSpot at Estate/Orders/Tiers/tier0)',
    );
  });

  test.each(['0', '0.00', '-1', ''])('with a Spot price of %p is refused', (maxPrice) => {
    expect(() => PurchaseOption.spot({ maxPrice })).toThrow(
      `\`maxPrice\` must be a price in US dollars of at least 0.001, such as "0.05", got: "${maxPrice}"`,
    );
  });

  test.each(['rate(1 hour)', '', '0 7 * * ? *', 'cron(0 7 * * 1)x'])(
    'with the schedule %p is refused',
    (expression) => {
      expect(() =>
        TierSchedule.at({ schedule: autoscaling.Schedule.expression(expression), minCapacity: 1 }),
      ).toThrow(
        '`schedule` must be a cron expression of five fields such as "0 7 * * 1-5", got: ' +
          `${JSON.stringify(expression)} (InvalidSchedule)`,
      );
    },
  );

  test('with a schedule of five fields is fine', () => {
    expect(
      synthesized({
        schedules: [
          TierSchedule.at({ schedule: autoscaling.Schedule.expression('0 7 * * 1-5'), minCapacity: 1 }),
        ],
      }),
    ).not.toThrow();
  });
});

describe('the import of a cluster', () => {
  const ARN = 'arn:aws:ecs:eu-central-1:123456789012:cluster/orders';

  function imported(attrs: Partial<EcsAutoScaledClusterAttributes>): () => unknown {
    const stack = new TestStack();
    return () =>
      EcsAutoScaledCluster.fromEcsAutoScaledClusterAttributes(stack, 'Imported', {
        clusterName: 'orders',
        vpc: stack.vpc,
        ...attrs,
      });
  }

  test.each<[Partial<EcsAutoScaledClusterAttributes>, string]>([
    [
      { clusterName: '' },
      '`clusterName` must be 1 to 255 letters, digits, "-" and "_", got: "" (InvalidClusterName at ' +
        'Estate/Imported)',
    ],
    [
      { clusterArn: 'orders' },
      '`clusterArn` must be the ARN of a cluster, got: "orders" (InvalidClusterArn at ' + 'Estate/Imported)',
    ],
    [
      { clusterName: 'search', clusterArn: ARN },
      `\`clusterArn\` must be the ARN of the cluster "search", got: "${ARN}" (InvalidClusterArn`,
    ],
    [
      { dynamicHostPortRange: { fromPort: 0, toPort: 10 } },
      '`dynamicHostPortRange.fromPort` must be a whole number from 1 to 65535, got: 0 ' +
        '(InvalidHostPorts at Estate/Imported)',
    ],
    [
      { dynamicHostPortRange: { fromPort: 2000, toPort: 1000 } },
      '`dynamicHostPortRange` must not end before it begins, got: 2000 to 1000',
    ],
    [{ dynamicHostPortRange: { fromPort: 2000, toPort: 2000.5 } }, 'got: 2000.5 (InvalidHostPorts'],
  ])('with %j is refused', (attrs, message) => {
    expect(imported(attrs)).toThrow(message);
  });

  test('with what is right, or known only at deployment, is fine', () => {
    expect(
      imported({ clusterArn: ARN, dynamicHostPortRange: { fromPort: 10000, toPort: 65000 } }),
    ).not.toThrow();
    const stack = new TestStack();
    const clusterName = new CfnParameter(stack, 'Name').valueAsString;
    expect(() =>
      EcsAutoScaledCluster.fromEcsAutoScaledClusterAttributes(stack, 'Imported', {
        clusterName,
        clusterArn: ARN,
        vpc: stack.vpc,
      }),
    ).not.toThrow();
  });
});
