import type { Template } from 'aws-cdk-lib/assertions';

/** A state machine of the library, and what is beside it: the part of a stack that its logical ids name. */
export type Part = 'ReadinessGate' | 'Cordon' | 'Repair' | 'DrainLimits' | 'Consolidation' | 'ImageUpdates';

/** Whether a logical id is that of a resource of a part. */
export function isOf(part: Part, logicalId: string): boolean {
  return logicalId.startsWith(`cdkecsautoscaledcluster${part}Machine`);
}

/** The logical ids and resources of a type that belong to a part. */
export function resourcesOf(template: Template, part: Part, type: string): [string, any][] {
  return Object.entries(template.findResources(type)).filter(([id]) => isOf(part, id));
}

/** What CloudFormation makes of a value when it deploys the stack `Estate`. */
export function deployed(value: any): any {
  if (Array.isArray(value)) return value.map(deployed);
  if (typeof value !== 'object' || value === null) return value;
  if ('Ref' in value) return PSEUDO[value.Ref] ?? `<${value.Ref}>`;
  if ('Fn::GetAtt' in value) return `<${value['Fn::GetAtt'].join('.')}>`;
  if ('Fn::Join' in value) return deployed(value['Fn::Join'][1]).join(value['Fn::Join'][0]);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, deployed(item)]));
}

const PSEUDO: Record<string, string> = {
  'AWS::StackName': 'Estate',
  'AWS::Partition': 'aws',
  'AWS::Region': 'eu-central-1',
  'AWS::AccountId': '111122223333',
};

/** The machine's definition. */
export function definition(template: Template, part: Part): any {
  const [[, machine]] = resourcesOf(template, part, 'AWS::StepFunctions::StateMachine');
  return JSON.parse(deployed(machine.Properties.DefinitionString));
}

/** The pattern of the machine's rule. */
export function pattern(template: Template, part: Part): any {
  const [[, rule]] = resourcesOf(template, part, 'AWS::Events::Rule');
  return deployed(rule.Properties.EventPattern);
}

/** The statements of the machine's role: inline ones and those of its managed policies, by policy. */
export function policies(template: Template, part: Part): any[][] {
  const own = resourcesOf(template, part, 'AWS::IAM::Policy').filter(([id]) => !id.includes('EventsRole'));
  const managed = Object.entries(template.findResources('AWS::IAM::ManagedPolicy')).filter(([id]) =>
    new RegExp(`${part}(Clusters|Services|MachineContinue)`).test(id),
  );
  return [...own, ...managed].map(([, policy]) =>
    deployed((policy as any).Properties.PolicyDocument.Statement),
  );
}

/** The statements without those for the log and the traces, which every machine has. */
export function apartFromLogs(statements: any[]): any[] {
  return statements.filter(({ Sid }) => !['DeliverTheLog', 'SendTraces'].includes(Sid));
}

/** The actions that the machine's role may do, but for its log and its traces. */
export function allowedTo(template: Template, part: Part): string[] {
  const actions = apartFromLogs(policies(template, part).flat()).flatMap(({ Action }) => Action);
  return [...new Set(actions)].sort();
}

/** All states of a definition, those inside of maps as well. */
export function statesOf(machine: any): [string, any][] {
  return Object.entries<any>(machine.States).flatMap(([name, state]) => [
    [name, state],
    ...(state.ItemProcessor ? statesOf(state.ItemProcessor) : []),
  ]);
}

/**
 * The actions of IAM that the calls of a definition need, sorted. Step Functions' own name for
 * itself is `sfn`.
 */
export function callsOf(machine: any): string[] {
  const calls = statesOf(machine)
    .filter(([, { Type }]) => Type === 'Task')
    .map(([, { Resource }]) => /aws-sdk:(\w+):(\w)(\w+)$/.exec(Resource) ?? [])
    .map(
      ([, service, first, rest]) => `${service === 'sfn' ? 'states' : service}:${first.toUpperCase()}${rest}`,
    );
  return [...new Set(calls)].sort();
}
