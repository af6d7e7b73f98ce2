import { Duration } from 'aws-cdk-lib';
import * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import { NODE } from '../node/node-fields';
import { TEMPLATE } from '../node/node-template';
import { duration, percent, text, wholeNumber } from '../private/bounds';
import { HEALTH_CHECKS, SUBNET_SELECTION } from '../private/cdk-types';
import { flag, instance, knownFlag, listOf, member } from '../private/expected-type';
import { type InheritedFields, RENDERED, Struct } from '../private/fields';
import { NodeReplacement, REPLACEMENT } from '../replacement/node-replacement';
import { UPKEEP_FIELDS } from '../replacement/upkeep-fields';
import { CAPACITY_PROVIDER, GROUP } from './destinations';
import { GROUP_NAME } from './group-name';
import { MANAGED_SCALING } from './managed-scaling';
import { NOTIFICATIONS } from './notifications';
import { PURCHASE, PurchaseOption } from './purchase-option';
import { TERMINATION_POLICIES } from './termination-policies';
import type { InstanceTierOptions, InstanceTierProps } from './tier-options';
import { SCHEDULE } from './tier-schedule';
import { TIER_STRATEGY } from './tier-strategy';

const CODE = 'InvalidCapacity';

const DAY = 24 * 60 * 60;

const OPTIONS = {
  ...NODE.fields,
  template: { value: TEMPLATE, combine: 'not inherited', to: RENDERED },
  vpcSubnets: { value: SUBNET_SELECTION, combine: 'replace', to: GROUP.field('vpcSubnets') },
  replacement: {
    value: REPLACEMENT,
    default: NodeReplacement.onNextLaunch(),
    combine: 'replace',
    to: RENDERED,
  },
  ...UPKEEP_FIELDS,
  maxCapacity: {
    value: wholeNumber(CODE, { min: 0 }),
    default: 30,
    combine: 'not inherited',
    to: RENDERED,
  },
  minCapacity: {
    value: wholeNumber(CODE, { min: 0 }),
    default: 0,
    combine: 'not inherited',
    to: RENDERED,
  },
  desiredCapacity: {
    value: wholeNumber(CODE, { min: 0 }),
    combine: 'not inherited',
    to: GROUP.field('desiredCapacity'),
  },
  healthChecks: {
    value: HEALTH_CHECKS,
    default: autoscaling.HealthChecks.ec2({ gracePeriod: Duration.seconds(300) }),
    combine: 'not inherited',
    to: GROUP.field('healthChecks'),
  },
  purchase: {
    value: PURCHASE,
    implied: PurchaseOption.onDemand(),
    combine: 'not inherited',
    to: RENDERED,
  },
  targetCapacityPercent: {
    value: percent(CODE, { min: 1, max: 100 }),
    implied: 100,
    combine: 'not inherited',
    to: CAPACITY_PROVIDER.field('targetCapacityPercent'),
  },
  managedScaling: { value: MANAGED_SCALING, combine: 'not inherited', to: RENDERED },
  defaultStrategy: { value: TIER_STRATEGY, combine: 'not inherited', to: RENDERED },
  schedules: { value: listOf(SCHEDULE), combine: 'not inherited', to: RENDERED },
  maxInstanceLifetime: {
    value: duration('InvalidLifetime', { min: DAY, max: 365 * DAY }),
    combine: 'not inherited',
    to: GROUP.field('maxInstanceLifetime'),
  },
  enableManagedTerminationProtection: {
    value: flag,
    default: false,
    combine: 'not inherited',
    to: CAPACITY_PROVIDER.field('enableManagedTerminationProtection'),
  },
  capacityProviderName: {
    value: text(
      'InvalidCapacityProviderName',
      /^(?!aws|ecs|fargate)[A-Za-z0-9_-]{1,255}$/i,
      '1 to 255 letters, digits, "-" and "_", and not begin with aws, ecs or fargate',
    ),
    combine: 'not inherited',
    to: RENDERED,
  },
  autoScalingGroupName: {
    value: GROUP_NAME,
    combine: 'not inherited',
    to: GROUP.field('autoScalingGroupName'),
  },
  notifications: { value: NOTIFICATIONS, combine: 'not inherited', to: GROUP.field('notifications') },
  terminationPolicies: { value: TERMINATION_POLICIES, combine: 'not inherited', to: RENDERED },
  deletionProtection: {
    value: member('autoscaling.DeletionProtection', autoscaling.DeletionProtection),
    combine: 'not inherited',
    to: GROUP.field('deletionProtection'),
  },
  azCapacityDistributionStrategy: {
    value: member('autoscaling.CapacityDistributionStrategy', autoscaling.CapacityDistributionStrategy),
    combine: 'not inherited',
    to: GROUP.field('azCapacityDistributionStrategy'),
  },
  zonalShift: { value: flag, combine: 'not inherited', to: RENDERED },
  retired: { value: knownFlag, implied: false, combine: 'not inherited', to: RENDERED },
  forceDelete: { value: knownFlag, implied: false, combine: 'not inherited', to: RENDERED },
} satisfies InheritedFields<InstanceTierOptions>;

const NOTES = { such: '{ maxCapacity: 10 }', formerNames: { spot: 'purchase' } } as const;

export const TIER_OPTIONS = new Struct<InstanceTierOptions, typeof OPTIONS>(
  'InstanceTierOptions',
  OPTIONS,
  NOTES,
);

const PROPS = {
  ...OPTIONS,
  name: {
    value: text(
      'InvalidTierName',
      /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/,
      '1 to 64 letters, digits, "-" and "_", a letter or digit first',
    ),
    required: true,
    combine: 'not inherited',
    to: RENDERED,
  },
} satisfies InheritedFields<InstanceTierProps>;

export const TIER = new Struct<InstanceTierProps, typeof PROPS>('InstanceTierProps', PROPS, {
  ...NOTES,
  such: "{ name: 'general' }",
});

/** An item of a cluster's `tiers`. Its fields are checked when the tier is made, whose path is then known. */
export const TIER_ITEM = instance<InstanceTierProps>({
  name: TIER.expected,
  member: 'name',
  instead: (name) => `{ name: ${name} }`,
});
