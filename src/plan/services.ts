import { type Changes, causesWithin, type ResourceChange, replacement } from './changes';
import { nameOfCluster, nameOfService, target } from './fleet-shape';
import type { ClusterPlan, ServicePlan, ServiceVerdict } from './plan';
import { reasonsOf } from './reasons';
import { CLUSTER, SERVICE, SERVICE_SETTINGS } from './resource-rules';
import type { StackPair } from './stack-pairs';
import { at } from './template';

export function clustersOf(changes: Changes, pair: StackPair, values: boolean): ClusterPlan[] {
  return planned(changes, pair, CLUSTER, values).map(({ change, state, ...rest }) => ({
    name: nameOfCluster(pair, change.id),
    ...rest,
    verdict: state === 'changed' ? 'settings' : state,
    notes:
      state === 'replaced' ? ['Everything on it is replaced too, and no roll moves its tasks: do not.'] : [],
  }));
}

export function servicesOf(changes: Changes, pair: StackPair, values: boolean): ServicePlan[] {
  return planned(changes, pair, SERVICE, values).map(({ change, state, ...rest }) => ({
    name: nameOfService(pair, change.id),
    ...rest,
    verdict: state === 'changed' ? changed(change) : state,
    cluster: target(at((change.after ?? change.before)?.Properties, 'Cluster')),
    notes: [],
  }));
}

/**
 * Whether a change in place deploys new tasks. ECS moves between launch type and strategy in place since
 * June 2025.
 */
function changed(change: ResourceChange): ServiceVerdict {
  const properties = [...change.properties]
    .filter(([, causes]) => causes.any)
    .map(([path]) => path.split('.')[0]);
  if (properties.includes('LaunchType')) return 'replaced-or-deployed';
  return properties.some((property) => !SERVICE_SETTINGS.includes(property)) ? 'deployed' : 'settings';
}

type State = 'nothing' | 'new' | 'deleted' | 'not-known' | 'replaced' | 'changed';

function planned(changes: Changes, pair: StackPair, wanted: string, values: boolean) {
  return changes
    .of(pair)
    .filter(({ type }) => type === wanted)
    .map((change) => {
      const state = stateOf(changes, pair, change);
      const all = causesWithin(change);
      return {
        change,
        state,
        stack: pair.name,
        id: change.id,
        why: pair.opaque ? [] : reasonsOf(change, undefined, values),
        ifLookedUp: state !== 'not-known' && all.any && !all.certain,
      };
    });
}

function stateOf(changes: Changes, pair: StackPair, change: ResourceChange): State {
  if (pair.opaque) return 'not-known';
  if (change.is === 'new' || change.is === 'deleted') return change.is;
  if (changes.unsettledCondition(pair, change) !== undefined) return 'not-known';
  const all = causesWithin(change);
  if (!all.any) return 'nothing';
  if (all.unsettled) return 'not-known';
  return replacement(change).any ? 'replaced' : 'changed';
}
