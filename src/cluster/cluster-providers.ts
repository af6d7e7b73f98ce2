import { Token } from 'aws-cdk-lib';
import type * as ecs from 'aws-cdk-lib/aws-ecs';
import { text } from '../private/bounds';
import { fail, quoteForMessage } from '../private/errors';
import { instance, knownFlag, listOf, refined } from '../private/expected-type';
import { type Fields, RENDERED, Struct } from '../private/fields';
import { nearMiss } from '../private/near-miss';
import { FARGATE_PROVIDERS } from '../services/capacity-provider';

/**
 * Options of `ClusterProviders.keep()`.
 *
 * @example
 * declare const vpc: ec2.IVpc;
 * new ExistingCluster(this, 'Shared', {
 *   clusterName: 'shared',
 *   vpc,
 *   capacityProviders: ClusterProviders.keep(['batch', 'FARGATE'], {
 *     defaultStrategy: [{ capacityProvider: 'batch', weight: 1 }],
 *   }),
 *   tiers: [{ name: 'general', instanceTypes: [new ec2.InstanceType('m7i.large')] }],
 * });
 */
export interface KeptProvidersOptions {
  /**
   * The default strategy that the cluster has now. It is written as it is given.
   *
   * Services that name no strategy get it, those of other owners too. Left out, the cluster has no
   * default strategy after the deployment. In Python each item is an `ecs.CapacityProviderStrategy(…)`, not a
   * dict. A provider that is not kept is refused, but for that of Managed Instances, of which a
   * warning reminds.
   *
   * @default - none
   */
  readonly defaultStrategy?: ecs.CapacityProviderStrategy[];

  /**
   * Whether the tiers are in the cluster's default strategy too, behind `defaultStrategy`: the first tier, or
   * those whose options have a `defaultStrategy`.
   *
   * It changes where the tasks of **all** services without a strategy start, those of other owners too. The
   * services of this app do not need it: they get the strategy of the tiers.
   *
   * @default false
   */
  readonly tiersInDefaultStrategy?: boolean;
}

const CODE = 'InvalidClusterProviders';

const NAME = refined(
  text(
    CODE,
    /^(FARGATE(_SPOT)?|(?!(aws|ecs|fargate))[A-Za-z0-9_-]{1,255})$|^arn:|^(?:fargate(_spot)?)$/i,
    'the name of a capacity provider: 1 to 255 letters, digits, "-" and "_", or FARGATE or FARGATE_SPOT',
  ),
  (field, name, scope) => {
    if (Token.isUnresolved(name)) return;
    const arn = /^arn:.*\/([^/]+)$/.exec(name);
    const meant = arn === null ? name.toUpperCase() : arn[1];
    if (arn === null && (!FARGATE_PROVIDERS.includes(meant) || FARGATE_PROVIDERS.includes(name))) return;
    fail(
      CODE,
      `\`${field}\` must be the name of a capacity provider, got: ${quoteForMessage(name)}. Write ` +
        `\`'${meant}'\``,
      scope,
    );
  },
);

const NAMES = refined(listOf(NAME), (field, names, scope) => {
  if (Token.isUnresolved(names)) return;
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice === undefined) return;
  fail(CODE, `\`${field}\` must have each name once, got ${quoteForMessage(twice)} twice`, scope);
});

const ITEM = instance<ecs.CapacityProviderStrategy>({
  name:
    "an ecs.CapacityProviderStrategy such as `{ capacityProvider: 'batch', weight: 1 }`, in Python " +
    '`ecs.CapacityProviderStrategy(capacity_provider="batch", weight=1)`',
  member: 'capacityProvider',
  instead: (name) => `{ capacityProvider: ${name}, weight: 1 }`,
});

const FIELDS = {
  defaultStrategy: { value: listOf(ITEM), to: RENDERED },
  tiersInDefaultStrategy: { value: knownFlag, default: false, to: RENDERED },
} satisfies Fields<KeptProvidersOptions>;

export const KEPT_PROVIDERS = new Struct<KeptProvidersOptions, typeof FIELDS>(
  'KeptProvidersOptions',
  FIELDS,
  { such: "{ defaultStrategy: [{ capacityProvider: 'batch', weight: 1 }] }" },
);

/** What a deployment writes of the providers that the tiers do not make. */
export interface KeptProviders {
  readonly names: readonly string[];
  readonly defaultStrategy: readonly ecs.CapacityProviderStrategy[];
  readonly tiersInDefaultStrategy: boolean;
}

/**
 * What becomes of the capacity providers of a cluster that this app does not make.
 *
 * ECS has one list of capacity providers for a cluster, and one default strategy, and takes both as a whole.
 * What a deployment does not name is gone, for the services of all owners. So what the cluster has is said
 * here, and is never assumed. This command shows it:
 *
 * `aws ecs describe-clusters --clusters shared --query 'clusters[0].[capacityProviders,defaultCapacityProviderStrategy]'`
 *
 * @example
 * declare const vpc: ec2.IVpc;
 * const shared = new ExistingCluster(this, 'Shared', {
 *   clusterName: 'shared',
 *   vpc,
 *   capacityProviders: ClusterProviders.keep(['batch', 'FARGATE']),
 * });
 * shared.addTier('general', { instanceTypes: [new ec2.InstanceType('m7i.large')] });
 *
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PutClusterCapacityProviders.html
 */
export class ClusterProviders {
  /**
   * The cluster has no capacity provider and no default strategy. This app owns the list from now on.
   *
   * Where that is not so, the deployment succeeds and takes from the cluster every provider that is idle.
   */
  public static none(): ClusterProviders {
    return new ClusterProviders({ names: [], defaultStrategy: [], tiersInDefaultStrategy: false });
  }

  /**
   * The cluster has these capacity providers, and keeps them. This app owns the list from now on: nothing
   * else may write it.
   *
   * @param names all that the cluster has now, FARGATE and FARGATE_SPOT too. Not those of tiers, which are
   * added, and not those of Managed Instances, which belong to their cluster by themselves.
   */
  public static keep(names: string[], options: KeptProvidersOptions = {}): ClusterProviders {
    NAMES.check('names', names);
    const own = KEPT_PROVIDERS.read('options', options);
    const { defaultStrategy = [], tiersInDefaultStrategy = false } = own;
    checkStrategy(names, defaultStrategy, tiersInDefaultStrategy);
    return new ClusterProviders({ names, defaultStrategy, tiersInDefaultStrategy });
  }

  /**
   * Another owner keeps the list, such as Terraform, the console or another app. It adds the names of the
   * tiers' providers, which each tier then needs to have: `capacityProviderName`.
   *
   * The order is: deploy the tiers, have the names added, deploy the services.
   */
  public static ownedElsewhere(): ClusterProviders {
    return new ClusterProviders();
  }

  private constructor(private readonly kept?: KeptProviders) {}

  /** Whether another owner than this app keeps the list. */
  public get isOwnedElsewhere(): boolean {
    return this.kept === undefined;
  }

  /**
   * Undefined: the list is another owner's.
   *
   * @internal
   */
  public get _kept(): KeptProviders | undefined {
    return this.kept;
  }
}

/** As a field. */
export const CLUSTER_PROVIDERS = instance<ClusterProviders>({
  name:
    'a ClusterProviders: `ClusterProviders.none()`, `ClusterProviders.keep([…])` or ' +
    '`ClusterProviders.ownedElsewhere()`',
  member: '_kept',
  instead: (name, given) =>
    given === 'none' ? 'ClusterProviders.none()' : `ClusterProviders.keep([${name}])`,
});

/** Undefined: the list is another owner's, or known at deployment only. */
export function knownNames(kept: KeptProviders | undefined): readonly string[] | undefined {
  return kept === undefined || Token.isUnresolved(kept.names) ? undefined : kept.names;
}

/** The names in a default strategy that are neither kept nor known at deployment only. */
export function unlistedNames(kept: Pick<KeptProviders, 'names' | 'defaultStrategy'>): string[] {
  return kept.defaultStrategy
    .map(({ capacityProvider }) => capacityProvider)
    .filter((name) => !Token.isUnresolved(name) && !kept.names.includes(name));
}

/**
 * Refuses a provider that is not kept. That of Managed Instances need not be, and is never together with
 * one of another kind.
 */
function checkStrategy(
  names: string[],
  defaultStrategy: ecs.CapacityProviderStrategy[],
  tiersInDefaultStrategy: boolean,
): void {
  defaultStrategy.forEach(({ capacityProvider }, index) => {
    NAME.check(`defaultStrategy[${index}].capacityProvider`, capacityProvider);
  });
  const unlisted = unlistedNames({ names, defaultStrategy });
  const [first] = unlisted;
  if (first === undefined || Token.isUnresolved(names)) return;
  const mayBeManagedInstances =
    unlisted.length === defaultStrategy.length &&
    !tiersInDefaultStrategy &&
    unlisted.every((name) => !FARGATE_PROVIDERS.includes(name) && nearMiss(name, names) === undefined);
  if (mayBeManagedInstances) return;
  const known = names.map(quoteForMessage).join(', ') || 'none';
  fail(
    CODE,
    `\`defaultStrategy\` must name capacity providers that are kept (${known}), got: ` +
      `${quoteForMessage(first)}. Give \`keep()\` its name too, if the cluster has it`,
  );
}
