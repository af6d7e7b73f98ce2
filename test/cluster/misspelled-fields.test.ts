import { Duration } from 'aws-cdk-lib';
import {
  EcsAutoScaledCluster,
  type InstanceTierProps,
  NodeBootstrap,
  NodeReplacement,
  NodeVolume,
  PurchaseOption,
} from '../../src';
import { SMALL, TestStack } from '../helpers/estate';

/** What plain JavaScript passes. */
const anything = (value: unknown): any => value;

const withTier = (tier: object) => () => {
  const cluster = new TestStack().cluster();
  return cluster.addTier('spare', anything({ instanceTypes: [SMALL], ...tier }));
};

describe('a misspelled field is refused, and the nearest known name is said', () => {
  test.each<[string, () => unknown, string]>([
    [
      'of a tier',
      withTier({ maxCapcity: 5 }),
      '`maxCapcity` is no field of InstanceTierProps: did you mean `maxCapacity`? ' +
        '(MisspelledField at Estate/Orders/Tiers/spare)',
    ],
    [
      'by its former name',
      withTier({ spot: {} }),
      '`spot` is no field of InstanceTierProps: did you mean `purchase`?',
    ],
    ['as Python writes it', withTier({ max_capacity: 5 }), 'did you mean `maxCapacity`?'],
    ['in the singular', withTier({ securityGroup: 1 }), 'did you mean `securityGroups`?'],
    [
      'of a cluster',
      () => new TestStack().cluster(anything({ instanceType: SMALL })),
      '`instanceType` is no field of EcsAutoScaledClusterProps: did you mean `instanceTypes`? ' +
        '(MisspelledField at Estate/Orders)',
    ],
    [
      'of a struct in a struct',
      withTier({ defaultStrategy: { wieght: 3 } }),
      '`defaultStrategy.wieght` is no field of TierStrategy: did you mean `defaultStrategy.weight`?',
    ],
    [
      'of the options of a factory',
      () => NodeReplacement.rolling(anything({ bakeTyme: Duration.minutes(5) })),
      '`bakeTyme` is no field of RollingReplacementOptions: did you mean `bakeTime`? (MisspelledField)',
    ],
    ['of a volume', () => NodeVolume.root(anything({ encripted: true })), 'did you mean `encrypted`?'],
    ['of Spot', () => PurchaseOption.spot(anything({ maxPrise: '0.05' })), 'did you mean `maxPrice`?'],
    ['of user data', () => new NodeBootstrap(anything({ clustername: 'a' })), 'did you mean `clusterName`?'],
    [
      'of alarms',
      () => new TestStack().cluster().addAlarms(anything({ orphan: {} })),
      '`orphan` is no field of ClusterAlarmsOptions: did you mean `orphans`? ' +
        '(MisspelledField at Estate/Orders/Alarms)',
    ],
  ])('%s', (_of, make, message) => {
    expect(make).toThrow(message);
  });
});

describe('an object with further fields passes', () => {
  test('as TypeScript lets it through: properties of a tier, and what the app adds to them', () => {
    interface Environment extends InstanceTierProps {
      readonly stage: string;
      readonly owner: string;
    }
    const environment: Environment = { name: 'spare', stage: 'production', owner: 'orders', maxCapacity: 5 };
    const tier = new TestStack().cluster({ instanceTypes: [SMALL] }).addTier('spare', environment);
    expect(tier.name).toBe('spare');
  });

  test('that has the fields of several structs', () => {
    const stack = new TestStack();
    const common = {
      vpc: stack.vpc,
      instanceTypes: [SMALL],
      minCapacity: 1,
      tiers: [],
      clusterName: 'orders',
      topic: undefined,
      dashboardName: 'orders',
      maxHealthyPercentage: 150,
      sessionManager: false,
      timeout: Duration.minutes(1),
      weight: 3,
    };
    const cluster = new EcsAutoScaledCluster(stack, 'Orders', common);
    cluster.addTier('general', common);
    cluster.addAlarms(common);
    cluster.addDashboard(common);
    expect(NodeReplacement.rolling(common).replacesRunningNodes).toBe(true);
  });

  test('of which one looks like a field that is set as well', () => {
    expect(
      withTier({ maxCapacity: 5, maxCapcity: 7, spot: {}, purchase: PurchaseOption.spot() }),
    ).not.toThrow();
  });

  test('of which one looks like a field, and is not set', () => {
    expect(withTier({ maxCapcity: undefined, spot: null })).not.toThrow();
  });
});
