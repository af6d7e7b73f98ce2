import { type Changes, causesWithin, type ResourceChange, replacement } from './changes';
import { nameOfService, namesProvider, target, withoutHash } from './fleet-shape';
import type { Finding } from './plan';
import { ASSOCIATION, GROUP, nameProperty, PROVIDER, SERVICE } from './resource-rules';
import type { StackPair } from './stack-pairs';
import { at, canonical, listAt, numberAt, resourcesOf } from './template';

/** The most capacity providers of a cluster, old and new ones together while it is updated. */
const MOST_PROVIDERS = 20;

/** What CloudFormation will refuse, or may refuse. */
export function failuresOf(changes: Changes, pair: StackPair): Finding[] {
  if (pair.opaque) return [];
  const found = changes
    .of(pair)
    .flatMap((change) => [
      ...typeChanged(change),
      ...nameTaken(change),
      ...providerInUse(pair, change),
      ...associationShrinks(change),
      ...listOfOthers(pair, change),
      ...sizes(change),
      ...strategyGone(pair, change),
    ]);
  const findings = [...found, ...newParameters(pair)].map((finding) => ({ stack: pair.name, ...finding }));
  return [...findings, ...exportsInUse(changes, pair)];
}

type Found = Omit<Finding, 'stack'>;

function typeChanged({ id, before, after }: ResourceChange): Found[] {
  if (!before || !after || before.Type === after.Type) return [];
  return [
    {
      id,
      certain: true,
      text: `${withoutHash(id)} is an ${before.Type} and becomes an ${after.Type}: CloudFormation refuses that.`,
    },
  ];
}

/** The new resource is made before the old one goes. */
function nameTaken(change: ResourceChange): Found[] {
  const property = nameProperty(change.type);
  const name = property && change.after?.Properties?.[property];
  const replaced = replacement(change);
  if (!property || name === undefined || !replaced.any || causesWithin(change, property).any) return [];
  const text =
    `${withoutHash(change.id)} is replaced, and its \`${property}\` is still taken: CloudFormation makes the new one ` +
    'first. Give it another name, or none.';
  return [{ id: change.id, certain: replaced.certain, text }];
}

function providerInUse(pair: StackPair, change: ResourceChange): Found[] {
  const gone = change.is === 'deleted';
  if (change.type !== PROVIDER || change.is === 'new' || !(gone || replacement(change).any)) return [];
  const users = resourcesOf(pair.before, SERVICE).filter(([, { Properties }]) =>
    namesProvider(listAt(Properties, 'CapacityProviderStrategy'), change.id),
  );
  const names = users.map(([id]) => nameOfService(pair, id)).join(', ');
  const what = gone ? 'deleted' : 'replaced';
  const by = names === '' ? '' : ` The services ${names} name it.`;
  return [
    {
      id: change.id,
      certain: false,
      text: `The capacity provider ${withoutHash(change.id)} is ${what}, which fails while tasks use it.${by}`,
    },
  ];
}

/** Retained: what it says stays in force. */
const isLeft = ({ is, before }: ResourceChange): boolean =>
  is === 'deleted' && before?.DeletionPolicy === 'Retain';

/** The list of a cluster that the stack does not make is that of all owners. */
function listOfOthers(pair: StackPair, change: ResourceChange): Found[] {
  if (change.type !== ASSOCIATION) return [];
  const properties = (change.after ?? change.before)?.Properties;
  const cluster = at(properties, 'Cluster');
  if (typeof cluster !== 'string') return [];
  const { id } = change;
  if (change.is === 'new') {
    const text =
      `The list of capacity providers of the cluster "${cluster}" is written as a whole, and so is its default ` +
      'strategy. A provider that it has and that is not named leaves it, which fails while tasks use it.';
    return [{ id, certain: false, text }];
  }
  if (!isLeft(change)) return [];
  return listAt(properties, 'CapacityProviders')
    .flatMap((one) => target(one) ?? [])
    .filter((provider) => pair.after.Resources?.[provider] === undefined)
    .map((provider) => ({
      id,
      certain: false,
      text:
        `The list of the cluster "${cluster}" stays, and names the capacity provider ${withoutHash(provider)}, which ` +
        'then cannot be deleted and is left over. Deploy without the tier first.',
    }));
}

function associationShrinks(change: ResourceChange): Found[] {
  if (change.type !== ASSOCIATION || isLeft(change)) return [];
  const list = (resource: ResourceChange['after']) =>
    listAt(resource?.Properties, 'CapacityProviders').map((one) => canonical(one));
  const [before, after] = [list(change.before), list(change.after)];
  const together = new Set([...before, ...after]).size;
  const literal = listAt(change.before?.Properties, 'CapacityProviders').filter(
    (one) => typeof one === 'string' && !after.includes(canonical(one)),
  );
  return [
    ...(change.before && change.after && together > MOST_PROVIDERS
      ? [
          {
            id: change.id,
            certain: true,
            text: `Old and new capacity providers are ${together} together, and a cluster has ${MOST_PROVIDERS} at most.`,
          },
        ]
      : []),
    ...literal.map((name) => ({
      id: change.id,
      certain: false,
      text: `The capacity provider "${name}" leaves its cluster, which fails while tasks use it.`,
    })),
  ];
}

function sizes({ id, type, after }: ResourceChange): Found[] {
  if (type !== GROUP || !after) return [];
  const [min, max] = ['MinSize', 'MaxSize'].map((name) => numberAt(after.Properties, name));
  if (min === undefined || max === undefined || min <= max) return [];
  return [
    {
      id,
      certain: true,
      text: `The \`MinSize\` of ${withoutHash(id)} is ${min}, above its \`MaxSize\` of ${max}.`,
    },
  ];
}

/** A service that loses its strategy gets its cluster's, and fails where that has none. */
function strategyGone(pair: StackPair, { id, type, before, after }: ResourceChange): Found[] {
  if (type !== SERVICE || !before || !after) return [];
  const had = listAt(before.Properties, 'CapacityProviderStrategy').length > 0;
  const has =
    listAt(after.Properties, 'CapacityProviderStrategy').length > 0 ||
    after.Properties?.LaunchType !== undefined;
  const cluster = target(after.Properties?.Cluster);
  const strategy = resourcesOf(pair.after, ASSOCIATION)
    .filter(([, { Properties }]) => target(at(Properties, 'Cluster')) === cluster)
    .flatMap(([, { Properties }]) => listAt(Properties, 'DefaultCapacityProviderStrategy'));
  if (!had || has || strategy.length > 0) return [];
  const text = `The service ${nameOfService(pair, id)} loses its capacity provider strategy, and its cluster has none by default.`;
  return [{ id, certain: false, text }];
}

function newParameters({ before, after, parent }: StackPair): Found[] {
  if (parent) return [];
  return Object.entries(after.Parameters ?? {})
    .filter(([id, { Default }]) => Default === undefined && !before.Parameters?.[id])
    .map(([id]) => ({
      id,
      certain: false,
      text: `The parameter ${id} is new and has no default: the deployment needs its value.`,
    }));
}

/** An export that another stack imports can neither change nor go. */
function exportsInUse(changes: Changes, pair: StackPair): Finding[] {
  return Object.entries(pair.before.Outputs ?? {}).flatMap(([id, output]) => {
    const name = output.Export?.Name;
    if (typeof name !== 'string') return [];
    const others = changes.importersOf(name).filter((other) => other !== pair);
    const users = others.map((other) => other.name);
    if (users.length === 0) return [];
    const after = Object.values(pair.after.Outputs ?? {}).find((one) => one.Export?.Name === name);
    const finding = (certain: boolean, what: string) => [
      {
        stack: pair.name,
        id,
        certain,
        text: `The export ${name} ${what} while ${users.join(', ')} import${users.length === 1 ? 's' : ''} it: CloudFormation refuses that.`,
      },
    ];
    if (!after) return finding(true, 'goes');
    const causes = changes.causesOf(pair, after.Value);
    if (canonical(after.Value) !== canonical(output.Value)) return finding(!causes.notKnown, 'changes');
    return causes.any ? finding(causes.certain, 'changes') : [];
  });
}
