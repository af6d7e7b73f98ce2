import type { IConstruct } from 'constructs';
import type { NodeTemplate } from '../node/node-template';
import { HEALTH_CHECKS, SUBNET_SELECTION } from '../private/cdk-types';
import { checkKind, checkKinds, type Kind } from '../private/expected-type';
import type { NodeReplacement } from '../replacement/node-replacement';
import type { PurchaseOption } from './purchase-option';
import type { InstanceTierProps } from './tier-options';
import type { TierSchedule } from './tier-schedule';
import type { TierStrategy } from './tier-strategy';

const REPLACEMENTS = ['onNextLaunch', 'rolling', 'allAtOnce'];

export const REPLACEMENT: Kind<NodeReplacement> = {
  name:
    'a NodeReplacement: `NodeReplacement.onNextLaunch()`, `NodeReplacement.rolling()` or ' +
    '`NodeReplacement.allAtOnce()`',
  member: '_groupProps',
  instead: (_, text) => (REPLACEMENTS.includes(text) ? `NodeReplacement.${text}()` : undefined),
};

export const TIER: Kind<InstanceTierProps> = {
  name: "an InstanceTierProps such as `{ name: 'general' }`",
  member: 'name',
  instead: (name) => `{ name: ${name} }`,
};

const TEMPLATE: Kind<NodeTemplate> = { name: 'a NodeTemplate', member: '_use' };

const SCHEDULE: Kind<TierSchedule> = {
  name: 'a TierSchedule: `TierSchedule.workingHours()` or `TierSchedule.at()`',
  member: '_actions',
};

const PURCHASE: Kind<PurchaseOption> = {
  name: 'a PurchaseOption: `PurchaseOption.onDemand()` or `PurchaseOption.spot()`',
  member: '_spot',
};

const STRATEGY: Kind<TierStrategy> = { name: 'a TierStrategy such as `{ weight: 1 }`' };

/** Refuses what plain JavaScript lets through. The tier's node fields are looked at by its template. */
export function checkTierKinds(scope: IConstruct, props: InstanceTierProps): void {
  checkKind('template', props.template, TEMPLATE, scope);
  checkKind('vpcSubnets', props.vpcSubnets, SUBNET_SELECTION, scope);
  checkKind('replacement', props.replacement, REPLACEMENT, scope);
  checkKind('healthChecks', props.healthChecks, HEALTH_CHECKS, scope);
  checkKind('purchase', props.purchase, PURCHASE, scope);
  checkKind('defaultStrategy', props.defaultStrategy, STRATEGY, scope);
  checkKinds('schedules', props.schedules, SCHEDULE, scope);
}
