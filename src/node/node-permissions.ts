import { Aws, Fn, Stack, Stage, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct, type IConstruct } from 'constructs';
import { onceIn } from '../private/once-in';
import { deployedStackName, shortHash } from '../private/stacks';
import type { DockerAuth } from '../registry/docker-auth';
import { checkAtSynthesis } from '../rendered/problem';
import { AgentDocument, agentStatements } from './agent-document';
import { NodeRole } from './node-role';
import { forgetPolicies, policiesOf, policyProblems } from './policy-limits';
import { assumptionProblems, checkAccount, takesPolicies } from './role-of-nodes';
import { sessionManagerStatements } from './session-manager';

/**
 * A role has 10,240 characters for all its inline policies, and also ten managed policies of 6,144 each.
 * So the first stacks that use a role share the former, which is the most that one stack can have, and the
 * stacks after them have a managed policy each.
 */
const STACKS_WITH_INLINE_POLICIES = 3;

/**
 * The stacks that use a role, by role; for each stage, because a role's name may be that of different
 * roles in two of them.
 */
const USERS = new WeakMap<IConstruct, Map<string, NodePermissions[]>>();

/**
 * What the clusters of one stack add to one role, as one policy of that stack.
 *
 * One for each pair of stack and role, because a statement added to the role itself from another stack would
 * make the stacks depend on each other in a circle.
 */
export class NodePermissions extends Construct {
  /** Finds or makes the permissions of `role` in `stack`. */
  public static of(stack: Stack, role: iam.IRole): NodePermissions {
    return onceIn(
      stack,
      `NodePermissions${role.node.addr.slice(-8)}`,
      (id) => new NodePermissions(stack, id, role),
    );
  }

  /**
   * The role as this stack may use it: itself, or an import of it, so that `bucket.grantRead(group)` works in
   * this stack too.
   */
  public readonly role: iam.IRole;
  /** What nodes must wait for before they start. None where the role takes no policy. */
  public readonly policy?: iam.Policy | iam.ManagedPolicy;
  private readonly clusters = new Map<string, string>();
  private readonly secrets = new Set<DockerAuth>();
  private readsInstanceTags = false;

  private constructor(stack: Stack, id: string, role: iam.IRole) {
    super(stack, id);
    this.role = roleIn(this, `Role${shortHash(...placeOf(stack))}`, role);
    checkAccount(stack, role, this);
    const users = usersOf(stack, role);
    // Once for each role, not for each stack.
    if (users.length === 0) checkAtSynthesis(this, () => assumptionProblems(role, this));
    if (takesPolicies(this.role)) {
      this.policy = this.policyFor(stack, users.length);
      if (users.length === 0) {
        checkAtSynthesis(this, () =>
          areSmall(users, rootOf(stack), role) ? [] : policyProblems(rootOf(stack), role, this),
        );
      }
      users.push(this);
    }
    if (!NodeRole.isNodeRole(role)) this.add(...sessionManagerStatements());
    this.ownStatements = this.policy?.document.statementCount ?? 0;
  }

  private policyFor(stack: Stack, users: number): iam.Policy | iam.ManagedPolicy {
    const props = { roles: [this.role], document: new AgentDocument(stack, this.clusters) };
    return users < STACKS_WITH_INLINE_POLICIES
      ? new iam.Policy(this, 'Policy', {
          ...props,
          policyName: policyNameFor(this),
        })
      : new iam.ManagedPolicy(this, 'ManagedPolicy', {
          ...props,
          description: 'What nodes of Amazon ECS clusters may do',
        });
  }

  /** The statements that the library has added: others have added the rest. */
  private ownStatements: number;

  /**
   * Three clusters and a secret, with names as long as they may be, are far from any limit, so they
   * need not be counted.
   */
  private get hasOwnStatementsOnly(): boolean {
    return this.policy?.document.statementCount === this.ownStatements;
  }

  private addOwn(statements: iam.PolicyStatement[]): void {
    this.add(...statements);
    this.ownStatements += statements.length;
  }

  /**
   * A role that takes no policy gets the statements all the same. Of a role that was made before the app CDK
   * lists them in iam-policy-report.txt; of a role that must not be changed it drops them.
   */
  private add(...statements: iam.PolicyStatement[]): void {
    if (this.policy !== undefined) this.policy.addStatements(...statements);
    else for (const statement of statements) this.role.addToPrincipalPolicy(statement);
  }

  /** @internal */
  public static areSmall(users: readonly NodePermissions[]): boolean {
    const clusters = users.reduce((sum, user) => sum + user.clusters.size, 0);
    const secrets = users.reduce((sum, user) => sum + user.secrets.size, 0);
    return clusters <= 3 && secrets <= 1 && users.every((user) => user.hasOwnStatementsOnly);
  }

  /** Lets the nodes join a cluster. */
  public addCluster(clusterArn: string, clusterName: string): void {
    if (this.clusters.has(clusterArn)) return;
    this.clusters.set(clusterArn, clusterName);
    if (this.policy === undefined) {
      this.add(...agentStatements(Stack.of(this), clusterArn, clusterName, this.clusters.size));
    }
  }

  /** Lets the nodes read a registry's secret. */
  public addDockerAuth(dockerAuth: DockerAuth): void {
    if (this.secrets.has(dockerAuth)) return;
    this.secrets.add(dockerAuth);
    this.addOwn(dockerAuth._statements());
  }

  /** Lets the agent copy the tags of its EC2 instance (`containerInstancePropagateTagsFrom`). */
  public addInstanceTags(): void {
    if (this.readsInstanceTags) return;
    this.readsInstanceTags = true;
    this.addOwn([
      new iam.PolicyStatement({ sid: 'ReadInstanceTags', actions: ['ec2:DescribeTags'], resources: ['*'] }),
    ]);
  }
}

/** Of a role that the library makes, to which only the library has added statements. */
function areSmall(users: readonly NodePermissions[], root: IConstruct, role: iam.IRole): boolean {
  return (
    NodeRole.isNodeRole(role) &&
    role instanceof NodeRole &&
    role._isPlain &&
    NodePermissions.areSmall(users) &&
    policiesOf(root, role) === users.length
  );
}

/**
 * The role as a stack may use it. One that takes no policy stays what it is: an import of it would take some,
 * or would be another role in CDK's report.
 */
function roleIn(scope: Construct, id: string, role: iam.IRole): iam.IRole {
  if (Stack.of(role) === Stack.of(scope) || !takesPolicies(role)) return role;
  return iam.Role.fromRoleName(scope, id, role.roleName);
}

function rootOf(stack: Stack): IConstruct {
  return Stage.of(stack) ?? stack.node.root;
}

/** The permissions that there are for a role so far. An imported role may be imported more than once. */
function usersOf(stack: Stack, role: iam.IRole): NodePermissions[] {
  const key = Token.isUnresolved(role.roleName) ? role.node.addr : role.roleName;
  const root = rootOf(stack);
  let roles = USERS.get(root);
  if (roles === undefined) {
    roles = new Map<string, NodePermissions[]>();
    USERS.set(root, roles);
    root.node.addValidation({
      validate: () => {
        forgetPolicies(root);
        return [];
      },
    });
  }
  const users = roles.get(key) ?? [];
  roles.set(key, users);
  return users;
}

/** Where a stack is in the app, and what it is called there. */
function placeOf(stack: Stack): string[] {
  const region = Token.isUnresolved(stack.region) ? '' : stack.region;
  return [deployedStackName(stack), stack.node.path, region];
}

/**
 * A name that no other policy on the role has. Two stacks of one class would otherwise name the policies on a
 * shared role alike, and the last deployment would win (aws-cdk #16074). So would a template that is deployed
 * more than once, such as that of a product of Service Catalog: hence the id of the deployed stack.
 */
function policyNameFor(scope: IConstruct): string {
  const name = deployedStackName(scope).slice(0, 64);
  const id = Fn.select(2, Fn.split('/', Aws.STACK_ID));
  return `ecs-nodes-${name}-${scope.node.addr.slice(-8)}-${id}`;
}
