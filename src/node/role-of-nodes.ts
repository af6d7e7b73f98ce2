import { Stack, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import { fail, quoteForMessage } from '../private/errors';
import { type Problem, problemAt } from '../rendered/problem';
import { rendered } from '../rendered/resource';

/** Whether a role takes policies, for those that have been asked. */
const TAKERS = new WeakMap<iam.IRole, boolean>();

/**
 * Whether a role takes policies. One that was imported as immutable, `withoutPolicyUpdates()`, or made before
 * the app (`Role.customizeRoles()`) takes none.
 *
 * CDK's classes of such roles are private, and a role may also be of a class of the user's. So it is asked,
 * with a policy that is in no app: a role that takes it attaches it.
 */
export function takesPolicies(role: iam.IRole): boolean {
  const known = TAKERS.get(role);
  if (known !== undefined) return known;
  // A lazy role becomes one when its name is asked for.
  void role.roleName;
  const question = new Question();
  role.attachInlinePolicy(question);
  TAKERS.set(role, question.wasAttached);
  return question.wasAttached;
}

class Question extends iam.Policy {
  public wasAttached = false;

  public constructor() {
    super(new Stack(), 'Question', { policyName: 'cdk-ecs-auto-scaled-cluster-question' });
  }

  public override attachToRole(): void {
    this.wasAttached = true;
  }
}

/**
 * Refuses a role of another account, where both are known: an instance profile takes no role of
 * another account.
 */
export function checkAccount(stack: Stack, role: iam.IRole, scope: IConstruct): void {
  const accounts = [role.env.account, role.principalAccount, Stack.of(role).account];
  const other = Token.isUnresolved(stack.account)
    ? undefined
    : accounts.find((one) => one !== undefined && !Token.isUnresolved(one) && one !== stack.account);
  if (other === undefined) return;
  fail(
    'RoleOfAnotherAccount',
    `\`role\` must be of the account of the cluster's stack (${stack.account}), got: ` +
      `${quoteForMessage(role.node.path)} of ${other}: an instance profile takes no other. ` +
      'Make a NodeRole in this account, and let it assume the other role where its permissions are needed',
    scope,
  );
}

/**
 * Refuses a role of the app that EC2 may not assume: no node would get its credentials. A role that is
 * imported does not say who may assume it.
 */
export function assumptionProblems(role: iam.IRole, scope: IConstruct): Problem[] {
  const resource = role.node.defaultChild;
  if (!(resource instanceof iam.CfnRole)) return [];
  const statements = rendered(resource, 'assumeRolePolicyDocument', 'Statement');
  if (!Array.isArray(statements) || statements.some(mayBeForEc2)) return [];
  const others = [...new Set(statements.flatMap(({ Principal }) => namesIn(Principal)))].sort();
  return [
    problemAt(
      scope,
      'UnusableRole',
      `\`role\` must be one that EC2 may assume, got: ${quoteForMessage(role.node.path)} for ` +
        `${others.join(', ') || 'no service'}. Leave it out, or make a NodeRole, or an \`iam.Role\` with ` +
        "`assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com')`",
    ),
  ];
}

interface Statement {
  readonly Action?: unknown;
  readonly NotAction?: unknown;
  readonly Effect?: unknown;
  readonly Principal?: unknown;
  readonly NotPrincipal?: unknown;
}

/** What only CloudFormation knows may be EC2, and so may everything that a statement leaves open. */
function mayBeForEc2(statement: Statement): boolean {
  if (typeof statement !== 'object' || statement === null) return true;
  if (statement.Effect === 'Deny' || !mayAssume(statement)) return false;
  if (statement.Principal === undefined) return statement.NotPrincipal !== undefined;
  const { Principal } = statement;
  if (Principal === '*') return true;
  if (typeof Principal !== 'object' || Principal === null) return true;
  return Object.entries(Principal).some(([kind, names]) => {
    if (kind !== 'Service') return isOpen(kind);
    return [names].flat().some((name) => typeof name !== 'string' || /^(ec2\.|\*)/.test(name));
  });
}

/** A key that is no kind of principal is a function of CloudFormation's. */
function isOpen(kind: string): boolean {
  return !['AWS', 'Federated', 'CanonicalUser'].includes(kind);
}

function mayAssume({ Action }: Statement): boolean {
  return (
    Action === undefined ||
    [Action].flat().some((one) => typeof one !== 'string' || /^(\*|sts:(\*|AssumeRole|Assume\*))$/i.test(one))
  );
}

function namesIn(principal: unknown): string[] {
  if (typeof principal !== 'object' || principal === null) return [];
  return Object.values(principal).flatMap((names) =>
    [names].flat().map((name) => (typeof name === 'string' ? name : JSON.stringify(name))),
  );
}
