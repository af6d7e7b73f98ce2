import { Token } from 'aws-cdk-lib';
import * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import type { IConstruct } from 'constructs';
import type { NodeTemplate } from '../node/node-template';
import { fail, quoteForMessage } from '../private/errors';
import type { Bounds } from '../private/value';
import { warn } from '../private/warning';
import type { NodeReplacement } from '../replacement/node-replacement';
import { checkManagedScaling, isScaled } from './managed-scaling';
import { checkNotifications } from './notifications';
import { warnOfTermination } from './termination-policies';
import { TIER } from './tier-fields';
import type { InstanceTierProps } from './tier-options';
import { checkSchedules, emptiesTier } from './tier-schedule';

const CODE = 'InvalidCapacity';

const DEFAULTS = TIER.fields;

const { NONE } = autoscaling.DeletionProtection;

/** The bounds of a tier, with its defaults. One that is retired may go to zero. */
export function capacityOf(props: InstanceTierProps): { min: number; max: number } {
  const { minCapacity = DEFAULTS.minCapacity.default, maxCapacity = DEFAULTS.maxCapacity.default } = props;
  return { min: props.retired ? 0 : minCapacity, max: maxCapacity };
}

/** Refuses what cannot work, before anything is made. */
export function checkTier(scope: IConstruct, props: InstanceTierProps, replacement: NodeReplacement): void {
  const capacity = capacityOf({ ...props, retired: false });
  const min = whereKnown(capacity.min);
  const max = whereKnown(capacity.max);
  checkCapacity(scope, props, { min, max });
  checkSchedules(props.schedules ?? [], { min, max }, scope);
  checkRetired(scope, props);
  checkManagedScaling(scope, props);
  checkNotifications(scope, props.notifications);
  checkDeletion(scope, props);
  if (props.enableManagedTerminationProtection && !replacement.drains) {
    fail(
      'ProtectedAllAtOnce',
      '`enableManagedTerminationProtection` must not be set with `NodeReplacement.allAtOnce()`: nodes ' +
        'that may go down at any time need no protection, and it would keep the stack from being deleted',
      scope,
    );
  }
}

/** Auto Scaling refuses the call, and the custom resource takes that for a group that has gone already. */
function checkDeletion(scope: IConstruct, { deletionProtection, forceDelete }: InstanceTierProps): void {
  if (!forceDelete || (deletionProtection ?? NONE) === NONE) return;
  fail(
    'ProtectedForceDelete',
    '`deletionProtection` must be `NONE` or be left out together with `forceDelete`, got: ' +
      `${quoteForMessage(deletionProtection)}: it is what keeps a group from being deleted by force`,
    scope,
  );
}

function checkCapacity(
  scope: IConstruct,
  { maxCapacity, desiredCapacity }: InstanceTierProps,
  { min, max }: Bounds,
): void {
  const most = `${max}${maxCapacity === undefined ? ', the default of `maxCapacity`: set it too' : ''}`;
  if (min !== undefined && max !== undefined && min > max) {
    fail(CODE, `\`minCapacity\` must be at most \`maxCapacity\`, got: ${min} and ${most}`, scope);
  }
  const desired = desiredCapacity === undefined ? undefined : whereKnown(desiredCapacity);
  if (desired === undefined) return;
  if (min !== undefined && desired < min)
    fail(CODE, `\`desiredCapacity\` must be at least \`minCapacity\`, got: ${desired} and ${min}`, scope);
  if (max !== undefined && desired > max)
    fail(CODE, `\`desiredCapacity\` must be at most \`maxCapacity\`, got: ${desired} and ${most}`, scope);
}

/** Refuses what the instances of a capacity block cannot do: there is no other one of them. */
export function checkCapacityBlock(
  scope: IConstruct,
  props: InstanceTierProps,
  template: NodeTemplate,
  replacement: NodeReplacement,
): void {
  if (props.purchase?._capacityBlock === undefined) return;
  const refuse = (text: string) => fail('InvalidPurchase', text, scope);
  if (props.template !== undefined) {
    refuse(
      '`PurchaseOption.capacityBlock()` excludes `template`: it is part of the launch template, which other ' +
        'tiers use too. Give the tier node fields instead',
    );
  }
  if (template.instanceTypes.length !== 1) {
    refuse(
      '`PurchaseOption.capacityBlock()` needs one instance type, that of the block, got: ' +
        template._instances,
    );
  }
  const { least, most } = replacement._healthy;
  if (most > 100 || (most === 100 && least === 100)) {
    refuse(
      '`PurchaseOption.capacityBlock()` needs a `maxHealthyPercentage` of 100 and a `minHealthyPercentage` ' +
        `below it, got: ${most} and ${least}: a block has no instance to spare for a new node. Write ` +
        '`NodeReplacement.rolling({ minHealthyPercentage: 50, maxHealthyPercentage: 100 })`',
    );
  }
}

function checkRetired(
  scope: IConstruct,
  { retired, defaultStrategy, desiredCapacity }: InstanceTierProps,
): void {
  if (!retired) return;
  if (defaultStrategy !== undefined) {
    fail(
      'RetiredTier',
      '`defaultStrategy` must not be set for a tier that is `retired`: it takes no new tasks',
      scope,
    );
  }
  if (desiredCapacity !== undefined) {
    fail(
      'RetiredTier',
      '`desiredCapacity` must not be set for a tier that is `retired`: each deployment would start ' +
        'nodes again',
      scope,
    );
  }
}

/**
 * Says what works, at a price that is easily overlooked. Each warning can be acknowledged, and its id is
 * part of the API.
 */
export function warnOfTier(scope: IConstruct, props: InstanceTierProps, replacement: NodeReplacement): void {
  const path = `The tier "${scope.node.path}"`;
  if (props.enableManagedTerminationProtection) {
    warn(
      scope,
      'InstanceTier.enableManagedTerminationProtection',
      `${path} has managed termination protection: nodes with any task at all stay when the tier scales in` +
        (props.forceDelete
          ? '. '
          : ', and deleting the stack will hang until the protection of its last nodes is taken away ' +
            '(`aws autoscaling set-instance-protection --no-protected-from-scale-in`, or `forceDelete`). ') +
        'Managed draining moves tasks before a node goes, without it.',
    );
  }
  warnOfTermination(scope, props.terminationPolicies, replacement);
  if (props.desiredCapacity !== undefined && replacement.replacesRunningNodes && isScaled(props)) {
    warn(
      scope,
      'InstanceTier.desiredCapacity',
      `${path} sets \`desiredCapacity\` and replaces running nodes. The deployment that replaces them ` +
        'first sets the group back to that size, so nodes that managed scaling had added are taken from ' +
        'the tasks on them. Leave it out, and give a `minCapacity` if there must be nodes.',
    );
  }
  if (!props.retired && replacement.drains && (props.schedules ?? []).some(emptiesTier)) {
    warn(
      scope,
      'InstanceTier.schedules',
      `${path} goes to zero on schedule and drains its nodes. A node waits, for up to 48 hours, until ` +
        'each of its tasks runs elsewhere. So it goes only if services have gone to zero before it, or may ' +
        'run on another tier. Scale them on the same schedule (`service.autoScaleTaskCount()`), a little ' +
        'earlier, or let the tier go down without draining, with `NodeReplacement.allAtOnce()`.',
    );
  }
}

/** A number that is known only at deployment is no bound. */
function whereKnown(value: number): number | undefined {
  return Token.isUnresolved(value) ? undefined : value;
}
