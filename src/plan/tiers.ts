import type { Causes } from './causes';
import { type Changes, causesWithin, newVersion, type ResourceChange, replacement } from './changes';
import {
  type GroupShape,
  looksUpAtLaunch,
  nameOfGroup,
  shapeOf,
  specificationOf,
  target,
} from './fleet-shape';
import type { Reason, TierPlan, TierVerdict } from './plan';
import { reasonsOf } from './reasons';
import { GROUP, LAUNCH_TEMPLATE, ROLLS } from './resource-rules';
import { rollOf } from './roll';
import type { StackPair } from './stack-pairs';
import { at, canonical, listAt, numberAt, type Resource } from './template';

/** What options ask of every tier. */
export interface TierWishes {
  readonly values: boolean;
  /** Nodes now, by the tier's name. */
  readonly nodes: ReadonlyMap<string, number>;
}

interface Judged {
  readonly verdict: TierVerdict;
  readonly ifLookedUp: boolean;
  readonly why: Reason[];
  readonly notes?: string[];
}

export function tiersOf(changes: Changes, pair: StackPair, wishes: TierWishes): TierPlan[] {
  return changes
    .of(pair)
    .filter(({ type }) => type === GROUP)
    .map((change) => tierOf(changes, pair, change, wishes));
}

function tierOf(changes: Changes, pair: StackPair, change: ResourceChange, wishes: TierWishes): TierPlan {
  const group = (change.after ?? change.before) as Resource;
  const shape = shapeOf(pair, change.id);
  const name = nameOfGroup(pair, change.id, shape);
  const judged = judge(changes, pair, change, wishes.values);
  const settings = new Set([...change.properties.keys()].map((path) => path.split('.')[0]));
  for (const property of ROLLS) settings.delete(property);
  if (
    canonical(change.before?.UpdatePolicy) !== canonical(change.after?.UpdatePolicy) &&
    change.is === 'in both'
  )
    settings.add('UpdatePolicy');
  return {
    name,
    stack: pair.name,
    id: change.id,
    ...judged,
    notes: [...(judged.notes ?? []), ...notesOf(changes, pair, change, shape)],
    ...shape,
    settings: [...settings],
    minSize: numberAt(group.Properties, 'MinSize'),
    maxSize: numberAt(group.Properties, 'MaxSize'),
    roll:
      judged.verdict === 'rolled' || judged.verdict === 'replaced-at-once'
        ? rollOf(pair, change, shape, wishes.nodes.get(name))
        : undefined,
  };
}

function judge(changes: Changes, pair: StackPair, change: ResourceChange, values: boolean): Judged {
  const always = (verdict: TierVerdict, why: Reason[] = [], notes?: string[]): Judged => ({
    verdict,
    ifLookedUp: false,
    why,
    notes,
  });
  if (pair.opaque) return always('not-known', [], [`Not known: ${pair.opaque}.`]);
  if (change.is === 'new') return always('new');
  if (change.is === 'deleted') return always('deleted');
  const condition = changes.unsettledCondition(pair, change);
  if (condition !== undefined)
    return always('not-known', reasonsOf(change, undefined, values), [
      `Not known: the group depends on the condition ${condition}.`,
    ]);
  const replaced = replacement(change);
  if (replaced.certain) return always('group-replaced', reasonsOf(change, undefined, values));
  if (replaced.any) return always('not-known', reasonsOf(change, undefined, values));
  const rolls = causesWithin(change, ...ROLLS);
  if (rolls.any) return rolled(change, rolls, values);
  const unversioned = newestVersion(changes, pair, change, values);
  if (unversioned) return unversioned;
  if (change.properties.has('Tags') && propagates(change))
    return always('new-nodes-only', reasonsOf(change, ['Tags'], values));
  return always('nothing');
}

/** A group with a property that an update policy looks at, which is another or may be. */
function rolled(change: ResourceChange, causes: Causes, values: boolean): Judged {
  const why = reasonsOf(change, ROLLS, values);
  if (causes.unsettled) return { verdict: 'not-known', ifLookedUp: false, why };
  const policy = change.after?.UpdatePolicy;
  const refresh = at(policy, 'AutoScalingInstanceRefresh');
  const ifLookedUp = !causes.certain;
  if (refresh === undefined) {
    if (at(policy, 'AutoScalingRollingUpdate') === undefined)
      return { verdict: 'new-nodes-only', ifLookedUp, why };
    const notes = ['The update policy is AutoScalingRollingUpdate: old nodes go before new ones come.'];
    return { verdict: 'rolled', ifLookedUp, why, notes };
  }
  if (numberAt(refresh, 'Preferences.MinHealthyPercentage') === 0)
    return { verdict: 'replaced-at-once', ifLookedUp, why };
  const harmless = replacesNothing(change, refresh);
  if (harmless) return { verdict: 'refresh-that-replaces-nothing', ifLookedUp, why, notes: [harmless] };
  return { verdict: 'rolled', ifLookedUp, why };
}

/**
 * With skip matching a refresh keeps nodes of the same launch template and version whose type is still
 * listed: then subnets, order and purchase options replace none.
 */
function replacesNothing(change: ResourceChange, refresh: unknown): string | undefined {
  if (String(at(refresh, 'Preferences.SkipMatching')) !== 'true') return undefined;
  const specification = ['LaunchTemplate', 'MixedInstancesPolicy.LaunchTemplate.LaunchTemplateSpecification'];
  if (causesWithin(change, ...specification).any) return undefined;
  const policy = 'MixedInstancesPolicy';
  const [before, after] = [change.before?.Properties?.[policy], change.after?.Properties?.[policy]];
  if ((before === undefined) !== (after === undefined)) return undefined;
  const overrides = (value: unknown) => listAt(value, 'LaunchTemplate.Overrides');
  const types = new Set(overrides(after).map((one) => at(one, 'InstanceType')));
  if (types.has(undefined) && canonical(overrides(before)) !== canonical(overrides(after))) return undefined;
  // A node may have a launch template of its own by an override.
  if ([...overrides(before), ...overrides(after)].some((one) => at(one, 'LaunchTemplateSpecification')))
    return undefined;
  if (overrides(before).some((one) => !types.has(at(one, 'InstanceType')))) return undefined;
  return 'A refresh starts; with skip matching it keeps every node. No run on AWS has shown this yet.';
}

/** `$Latest` and `$Default` in a group: its text stays the same, so that no refresh starts. */
function newestVersion(
  changes: Changes,
  pair: StackPair,
  change: ResourceChange,
  values: boolean,
): Judged | undefined {
  const specification = specificationOf(change.after);
  if (at(specification, 'Version') !== '$Latest') return undefined;
  const template = changes.resource(
    pair,
    target(at(specification, 'LaunchTemplateId') ?? at(specification, 'LaunchTemplateName')) ?? '',
  );
  if (template?.type !== LAUNCH_TEMPLATE) return undefined;
  const causes = newVersion(template);
  if (!causes.any) return undefined;
  const why = reasonsOf(template, ['LaunchTemplateData', 'VersionDescription'], values);
  if (causes.unsettled) return { verdict: 'not-known', ifLookedUp: false, why };
  return { verdict: 'new-nodes-only', ifLookedUp: !causes.certain, why };
}

/** Whether any tag that nodes get at launch is another. */
function propagates({ before, after }: ResourceChange): boolean {
  const tags = (group: Resource | undefined) =>
    canonical(
      listAt(group?.Properties, 'Tags').filter((tag) => String(at(tag, 'PropagateAtLaunch')) === 'true'),
    );
  return tags(before) !== tags(after);
}

/** What happens next to the verdict. */
function notesOf(changes: Changes, pair: StackPair, change: ResourceChange, shape: GroupShape): string[] {
  const { before, after } = change;
  const notes: string[] = [];
  const desired = at(after?.Properties, 'DesiredCapacity');
  if (desired !== undefined && change.is === 'in both')
    notes.push(
      '`DesiredCapacity` is in the template: a change of the group sets the number of its nodes to it.',
    );
  const [most, was] = [after, before].map((group) => numberAt(group?.Properties, 'MaxSize'));
  if (most !== undefined && was !== undefined && most < was)
    notes.push(`\`MaxSize\` falls from ${was} to ${most}: nodes above it are terminated.`);
  const [least, had] = [after, before].map((group) => numberAt(group?.Properties, 'MinSize'));
  if (least !== undefined && had !== undefined && least > had)
    notes.push(`\`MinSize\` rises from ${had} to ${least}: nodes below it are launched.`);
  if (looksUpAtLaunch(pair.after, shape.template))
    notes.push('The image is looked up at each launch: new nodes take the newest, without a deployment.');
  const moved = movedTo(changes, pair, change);
  if (moved !== undefined)
    notes.push(
      change.is === 'deleted'
        ? `It looks like ${moved}, which is new: a tier with another name is another tier, with its own nodes.`
        : `It looks like ${moved}, which is deleted: a tier with another name is another tier, with its own nodes.`,
    );
  return notes;
}

/** A group that comes where one goes, with the same settings: only a hint. */
function movedTo(changes: Changes, pair: StackPair, change: ResourceChange): string | undefined {
  if (change.is === 'in both') return undefined;
  const shape = (resource: Resource | undefined) =>
    canonical(
      Object.entries(resource?.Properties ?? {}).map(([name, value]) => [name, referenceless(value)]),
    );
  const own = shape(change.before ?? change.after);
  const other = changes
    .of(pair)
    .find(
      ({ type, is, before, after }) =>
        type === GROUP && is !== 'in both' && is !== change.is && shape(before ?? after) === own,
    );
  return other && nameOfGroup(pair, other.id, shapeOf(pair, other.id));
}

/** A value with every reference as the same. */
function referenceless(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(referenceless);
  if (typeof value !== 'object' || value === null) return value;
  if ('Ref' in value || 'Fn::GetAtt' in value) return 'a reference';
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, referenceless(inner)]));
}
