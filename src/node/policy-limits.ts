import {
  CfnResource,
  DefaultTokenResolver,
  type IPostProcessor,
  type IResolvable,
  type IResolveContext,
  Reference,
  Stack,
  StringConcat,
  Tokenization,
} from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import { deployedStackName } from '../private/stacks';
import { type Problem, problemAt } from '../rendered/problem';
import { isResourceOf, PSEUDO_PARAMETERS } from '../rendered/references';

/**
 * Characters without white space: of all inline policies of a role together, of one managed policy. IAM
 * guide, "IAM and AWS STS quotas".
 */
const MAX_INLINE = 10_240;
const MAX_MANAGED = 6_144;

/** Managed policies a role, unless the account's quota was raised. */
const MAX_ATTACHED = 10;

const REMEDY = 'give some of the clusters another role';

/**
 * The policies of an app or a stage, by the roles that have them: found in one walk, however many
 * roles there are.
 */
const INDEXES = new WeakMap<IConstruct, Map<string, (iam.CfnPolicy | iam.CfnManagedPolicy)[]>>();

/**
 * Forgets what was found in `root`, before each validation of it: a parent is validated before its children.
 */
export function forgetPolicies(root: IConstruct): void {
  INDEXES.delete(root);
}

function policiesIn(root: IConstruct): Map<string, (iam.CfnPolicy | iam.CfnManagedPolicy)[]> {
  const known = INDEXES.get(root);
  if (known !== undefined) return known;
  const found = new Map<string, (iam.CfnPolicy | iam.CfnManagedPolicy)[]>();
  for (const resource of root.node.findAll()) {
    if (
      !(resource instanceof iam.CfnPolicy || resource instanceof iam.CfnManagedPolicy) ||
      resource.roles === undefined
    )
      continue;
    for (const name of new Set(namesOf(resource.roles, resource))) {
      const others = found.get(name);
      if (others === undefined) found.set(name, [resource]);
      else others.push(resource);
    }
  }
  INDEXES.set(root, found);
  return found;
}

/** How many policies a role has in `root`, not counting its own. */
export function policiesOf(root: IConstruct, role: iam.IRole): number {
  const [name] = namesOf([role.roleName], role);
  return policiesIn(root).get(name)?.length ?? 0;
}

/**
 * What is wrong with the size of everything in `root` that adds policies to a role, this library or not. IAM
 * would refuse it in the middle of a deployment, and of whichever stack comes last.
 */
export function policyProblems(root: IConstruct, role: iam.IRole, scope: IConstruct): Problem[] {
  const [name] = namesOf([role.roleName], role);
  const all = new Policies();
  const problems: string[] = [];
  let attached = 0;
  const own = role.node.defaultChild;
  if (own instanceof iam.CfnRole) {
    const policies = (Stack.of(own).resolve(own.policies) as unknown[] | undefined) ?? [];
    attached += (Stack.of(own).resolve(own.managedPolicyArns) as unknown[] | undefined)?.length ?? 0;
    for (const policy of policies) all.add((policy as iam.CfnRole.PolicyProperty).policyDocument, own);
  }
  for (const resource of policiesIn(root).get(name) ?? []) {
    if (resource instanceof iam.CfnPolicy) {
      all.add(resource.policyDocument, resource);
    } else {
      attached += 1;
      const one = new Policies();
      one.add(resource.policyDocument, resource);
      for (const cluster of one.clusters) all.clusters.add(cluster);
      if (one.characters > MAX_MANAGED) {
        problems.push(
          `the managed policy for ${one.clusters.size} clusters of ${Stack.of(resource).node.path} has ` +
            `about ${one.characters} characters, and IAM takes at most ${MAX_MANAGED}`,
        );
      }
    }
  }
  const of = `the role of the nodes of ${all.clusters.size} clusters, ${role.node.path},`;
  if (all.characters > MAX_INLINE) {
    problems.push(
      `${of} has about ${all.characters} characters of inline policies, and IAM takes at most ` +
        `${MAX_INLINE}`,
    );
  }
  if (attached > MAX_ATTACHED) {
    problems.push(`${of} has ${attached} managed policies, and IAM takes at most ${MAX_ATTACHED}`);
  }
  return problems.map((problem) => problemAt(scope, 'TooManyClusters', `${problem}: ${REMEDY}`));
}

/** Policies, and the clusters that they name. */
class Policies {
  public characters = 0;
  public readonly clusters = new Set<string>();

  public add(document: unknown, scope: IConstruct): void {
    const likely = resolved(document, scope, (reference) => {
      if (isCluster(reference.target)) this.clusters.add(reference.target.node.path);
      return likelyText(reference);
    });
    this.characters += JSON.stringify(likely).length;
  }
}

/** A name or an ARN as long as the one that the resource will get, as far as it is known. */
function likelyText({ target, displayName }: Reference): string {
  if (displayName in PSEUDO_PARAMETERS) return PSEUDO_PARAMETERS[displayName];
  const stackName = deployedStackName(target);
  if (!CfnResource.isCfnResource(target)) return stackName;
  // A token that turns out to be nothing where the name is left to CloudFormation.
  const given: unknown = isCluster(target)
    ? Stack.of(target).resolve((target as CfnResource & { clusterName?: string }).clusterName)
    : undefined;
  const logicalId: string = Stack.of(target).resolve(target.logicalId);
  const name =
    typeof given === 'string' ? given : `${stackName}-${logicalId}-${'x'.repeat(12)}`.slice(0, 255);
  if (isCluster(target) && displayName === 'Ref') return name;
  // What else stands in a policy is an ARN; of a secret, the reference itself is one.
  const [, service, type] = target.cfnResourceType.toLowerCase().split('::');
  return `arn:aws:${service}:${PSEUDO_PARAMETERS['AWS::Region']}:${PSEUDO_PARAMETERS['AWS::AccountId']}:${type}/${name}`;
}

function isCluster(construct: IConstruct): boolean {
  return isResourceOf('AWS::ECS::Cluster', construct);
}

/** Roles' names, whichever stack they are seen from. */
function namesOf(roleNames: unknown, scope: IConstruct): string[] {
  const names = resolved(
    roleNames,
    scope,
    (reference) => `${reference.target.node.path} ${reference.displayName}`,
  );
  // Nothing, for the policy of a user; what only CloudFormation knows is no list here.
  return Array.isArray(names) ? names.map((name) => JSON.stringify(name)) : [];
}

/** A value with a text in place of each reference. */
function resolved(value: unknown, scope: IConstruct, text: (reference: Reference) => string): unknown {
  return Tokenization.resolve(value, { scope, resolver: new References(text), preparing: false });
}

/** What a value of which nothing is known is taken for. */
const UNKNOWN = 'x'.repeat(64);

class References extends DefaultTokenResolver {
  public constructor(private readonly text: (reference: Reference) => string) {
    super(new StringConcat());
  }

  public override resolveToken(
    token: IResolvable,
    context: IResolveContext,
    postProcessor: IPostProcessor,
  ): unknown {
    if (Reference.isReference(token)) return this.text(token);
    const value = super.resolveToken(token, context, postProcessor);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    const [[key, argument] = [], ...others] = Object.entries(value);
    if (key === undefined || others.length > 0) return value;
    if (key === 'Ref') return PSEUDO_PARAMETERS[argument as string] ?? UNKNOWN;
    return key.startsWith('Fn::') ? UNKNOWN : value;
  }
}
