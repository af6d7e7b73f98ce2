import { type App, CfnResource, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as sns from 'aws-cdk-lib/aws-sns';

/** A statement of a policy, as it is deployed. */
export interface Statement {
  /** The construct whose policy it is in. */
  readonly path: string;
  readonly sid: string;
  readonly effect: string;
  readonly actions: string[];
  readonly resources: string[];
  /** Operator, key and value of each condition: `ArnEquals ecs:cluster = …`. */
  readonly conditions: string[];
  /** The condition keys alone. */
  readonly conditionKeys: string[];
  readonly principals?: unknown;
  readonly others: string[];
}

/** All statements of the policies that an app makes for identities and keys, its trust policies aside. */
export function statementsOf(app: App): Statement[] {
  return app.node.findAll().flatMap((resource) => {
    if (!CfnResource.isCfnResource(resource)) return [];
    const documents = documentsOf(resource).map((document) => Stack.of(resource).resolve(document));
    return documents.flatMap((document) =>
      list(document?.Statement).map((statement: any) =>
        statementOf(resource.node.path, statement, Stack.of(resource)),
      ),
    );
  });
}

function documentsOf(resource: CfnResource): unknown[] {
  if (resource instanceof iam.CfnPolicy || resource instanceof iam.CfnManagedPolicy)
    return [resource.policyDocument];
  if (resource instanceof kms.CfnKey) return [resource.keyPolicy];
  if (resource instanceof sns.CfnTopicPolicy) return [resource.policyDocument];
  if (resource instanceof iam.CfnRole) {
    return ((Stack.of(resource).resolve(resource.policies) ?? []) as any[]).map(
      ({ policyDocument }) => policyDocument,
    );
  }
  return [];
}

function statementOf(path: string, statement: any, stack: Stack): Statement {
  const { Sid, Effect, Action, Resource, Condition, Principal, ...others } = statement;
  const conditions = Object.entries<any>(Condition ?? {}).flatMap(([operator, keys]) =>
    Object.entries<any>(keys).map(([key, value]) => ({
      key,
      text: `${operator} ${key} = ${unique(value, stack).join(', ')}`,
    })),
  );
  return {
    path,
    sid: Sid ?? '–',
    effect: Effect,
    actions: list(Action),
    resources: unique(Resource, stack),
    conditions: conditions.map((one) => one.text),
    conditionKeys: conditions.map((one) => one.key),
    principals: Principal,
    others: Object.keys(others),
  };
}

/** Several clusters are one row of the table. */
function unique(value: any, stack: Stack): string[] {
  return [...new Set(list(value).map((one) => text(one, stack)))];
}

function list(value: any): any[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}

/** How a resource's name stands in the table: which one it is does not matter there. */
const NAMES: Record<string, string> = {
  'AWS::ECS::Cluster': '<cluster>',
  'AWS::AutoScaling::AutoScalingGroup': '<group>',
  'AWS::KMS::Key': '<key>',
  'AWS::StepFunctions::StateMachine': '<machine>',
  'AWS::Logs::LogGroup': '<log group>',
};

const ARNS: Record<string, string> = {
  'AWS::ECS::Cluster': 'arn:aws:ecs:eu-central-1:123456789012:cluster/<cluster>',
  'AWS::KMS::Key': 'arn:aws:kms:eu-central-1:123456789012:key/<key>',
  'AWS::Logs::LogGroup': 'arn:aws:logs:eu-central-1:123456789012:log-group:<log group>:*',
  'AWS::SNS::Topic': 'arn:aws:sns:eu-central-1:123456789012:<topic>',
  'AWS::StepFunctions::StateMachine': 'arn:aws:states:eu-central-1:123456789012:stateMachine:<machine>',
};

const PSEUDO: Record<string, string> = {
  'AWS::Partition': 'aws',
  'AWS::Region': 'eu-central-1',
  'AWS::AccountId': '123456789012',
  'AWS::StackName': '<stack>',
};

/** The estates have one cluster that their app does not make, whose name is in the template. */
const EXISTING = /(?<=:)((?:cluster|container-instance)\/)shared\b/;

/** A value as text, with names in place of what CloudFormation will know. */
function text(value: any, stack: Stack): string {
  if (typeof value === 'string') return value;
  const [[name, argument]] = Object.entries<any>(value);
  const find = (stacks: Stack[], id: string) =>
    stacks
      .flatMap((one) => one.node.findAll().filter(CfnResource.isCfnResource))
      .find((one) => Stack.of(one).resolve(one.logicalId) === id);
  const known = (id: string, table: Record<string, string>, stacks = [stack]) => {
    const type = find(stacks, id)?.cfnResourceType ?? '';
    const found = table[type];
    if (found === undefined) throw new Error(`a policy names ${id}, a ${type}: the table has no name for it`);
    return found;
  };
  switch (name) {
    case 'Ref':
      // Of these the reference is the ARN.
      if (/::(StateMachine|Topic)$/.test(find([stack], argument)?.cfnResourceType ?? ''))
        return known(argument, ARNS);
      return PSEUDO[argument] ?? known(argument, NAMES);
    case 'Fn::GetAtt':
      return known(argument[0], argument[1] === 'Name' ? NAMES : ARNS);
    case 'Fn::Join':
      return argument[1]
        .map((one: any) => text(one, stack))
        .join(argument[0])
        .replace(EXISTING, '$1<cluster>');
    case 'Fn::ImportValue': {
      // What CDK exports is named after the logical id.
      const [, id] = /Output(?:Ref|FnGetAtt)([A-Za-z0-9]+?)(?:Arn)?[A-F0-9]{8}$/.exec(argument) ?? [];
      const stacks = stack.node.root.node.findAll().filter(Stack.isStack);
      return known(id, argument.includes('OutputRef') ? NAMES : ARNS, stacks);
    }
    default:
      throw new Error(`${name} in a policy is not understood`);
  }
}
