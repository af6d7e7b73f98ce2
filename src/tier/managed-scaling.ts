import { type Duration, Token } from 'aws-cdk-lib';
import type * as ecs from 'aws-cdk-lib/aws-ecs';
import type { IConstruct } from 'constructs';
import { wholeNumber, wholeSeconds } from '../private/bounds';
import { fail } from '../private/errors';
import { knownFlag } from '../private/expected-type';
import { type Fields, formatFields, RENDERED, Struct } from '../private/fields';
import { capacityProviderResource } from '../rendered/capacity-provider';
import { CAPACITY_PROVIDER } from './destinations';

const CODE = 'InvalidCapacity';

/**
 * How ECS sets the number of a tier's nodes.
 *
 * @example
 * declare const cluster: EcsAutoScaledCluster;
 * cluster.addTier('batch', {
 *   instanceTypes: [new ec2.InstanceType('c7i.2xlarge')],
 *   managedScaling: { instanceWarmupPeriod: Duration.minutes(2), minimumScalingStepSize: 2, maximumScalingStepSize: 20 },
 * });
 * cluster.addTier('fixed', {
 *   instanceTypes: [new ec2.InstanceType('m7i.large')],
 *   managedScaling: { enabled: false },
 *   minCapacity: 3,
 *   maxCapacity: 3,
 * });
 */
export interface ManagedScalingOptions {
  /**
   * Whether ECS scales the tier by what its tasks need. Without it no task starts a node. The tier then has
   * the nodes of its `minCapacity`, of its `schedules`, or of scaling policies of yours, which are allowed
   * then. Excludes `targetCapacityPercent`, `enableManagedTerminationProtection` and the other fields here.
   * Nodes are drained all the same.
   *
   * @default true
   */
  readonly enabled?: boolean;

  /**
   * How long a new node does not yet count in the metric by which ECS scales, 0 to 10,000 whole seconds.
   *
   * @default Duration.seconds(300) - what ECS takes
   */
  readonly instanceWarmupPeriod?: Duration;

  /**
   * The fewest nodes that ECS adds in one step, 1 to 10,000 and at most `maximumScalingStepSize`. It adds so
   * many where fewer are needed too. Scale-in has no such bound.
   *
   * @default 1 - what ECS takes
   */
  readonly minimumScalingStepSize?: number;

  /**
   * The most nodes that ECS adds in one step, 1 to 10,000.
   *
   * @default 10000 - what ECS takes
   */
  readonly maximumScalingStepSize?: number;
}

/** The fields of a tier that are about managed scaling. */
interface ScaledTier {
  readonly managedScaling?: ManagedScalingOptions;
  readonly targetCapacityPercent?: number;
  readonly enableManagedTerminationProtection?: boolean;
}

const STEP = wholeNumber(CODE, { min: 1, max: 10_000 });

const FIELDS = {
  enabled: { value: knownFlag, default: true, to: CAPACITY_PROVIDER.field('enableManagedScaling') },
  instanceWarmupPeriod: { value: wholeSeconds(CODE, { min: 0, max: 10_000 }), to: RENDERED },
  minimumScalingStepSize: {
    value: STEP,
    implied: 1,
    to: CAPACITY_PROVIDER.field('minimumScalingStepSize'),
  },
  maximumScalingStepSize: {
    value: STEP,
    implied: 10_000,
    to: CAPACITY_PROVIDER.field('maximumScalingStepSize'),
  },
} satisfies Fields<ManagedScalingOptions>;

export const MANAGED_SCALING = new Struct<ManagedScalingOptions, typeof FIELDS>(
  'ManagedScalingOptions',
  FIELDS,
  { such: '{ enabled: false }' },
);

/** Whether ECS sets the number of a tier's nodes. */
export function isScaled({ managedScaling }: ScaledTier): boolean {
  return managedScaling?.enabled ?? FIELDS.enabled.default;
}

/** Refuses steps that contradict each other, and what would scale by nothing. */
export function checkManagedScaling(scope: IConstruct, props: ScaledTier): void {
  const { managedScaling: scaling = {} } = props;
  const { minimumScalingStepSize: least, maximumScalingStepSize: most } = scaling;
  if (!isScaled(props)) refuseWithoutScaling(scope, props);
  if (least === undefined || most === undefined || Token.isUnresolved(least) || Token.isUnresolved(most))
    return;
  if (least > most) {
    fail(
      CODE,
      '`managedScaling.minimumScalingStepSize` must be at most `maximumScalingStepSize`, got: ' +
        `${least} and ${most}`,
      scope,
    );
  }
}

function refuseWithoutScaling(scope: IConstruct, props: ScaledTier): void {
  const idle = [
    ...MANAGED_SCALING.set(props.managedScaling ?? {})
      .filter((name) => name !== 'enabled')
      .map((name) => `managedScaling.${name}`),
    ...(props.targetCapacityPercent === undefined ? [] : ['targetCapacityPercent']),
    ...(props.enableManagedTerminationProtection ? ['enableManagedTerminationProtection'] : []),
  ];
  if (idle.length === 0) return;
  fail(
    CODE,
    `\`managedScaling.enabled\` must not be false together with ${formatFields(idle)}: ECS then neither ` +
      'adds nodes nor takes any away. Leave one of them out',
    scope,
  );
}

/**
 * Names that managed scaling is off. CDK (2.263.0 to 2.276.0) leaves the setting out then, and an update of
 * a capacity provider leaves alone what it does not name.
 */
export function nameScalingOff(provider: ecs.AsgCapacityProvider): void {
  capacityProviderResource(provider)?.addPropertyOverride(
    'AutoScalingGroupProvider.ManagedScaling.Status',
    'DISABLED',
  );
}
