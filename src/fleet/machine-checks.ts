import { CfnResource } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { quoteForMessage } from '../private/errors';
import { groupTagProblems } from '../rendered/group-tag';
import { isInTree } from '../rendered/in-tree';
import { type Problem, problemAt } from '../rendered/problem';
import { isOverriddenAt, logicalIdOf, rendered, renderedList, renderedWhole } from '../rendered/resource';

const MACHINE = 'AWS::StepFunctions::StateMachine';
const STARTERS = ['AWS::Events::Rule', 'AWS::Scheduler::Schedule'];

/**
 * What keeps a state machine from looking after a tier. It finds the group by tags, something starts it, and
 * it is there before the first node.
 */
export function machineProblems(
  tier: IConstruct,
  group: CfnResource,
  machine: IConstruct,
  tags: Record<string, string>,
): Problem[] {
  const name = quoteForMessage(machine.node.path);
  return [
    ...Object.entries(tags).flatMap(([key, value]) =>
      groupTagProblems(tier, group, {
        key,
        value,
        without: `the state machine ${name} would not look after the group`,
      }),
    ),
    ...offProblems(tier, group, machine, name),
  ];
}

function offProblems(tier: IConstruct, group: CfnResource, machine: IConstruct, name: string): Problem[] {
  const problem = (what: string) => [
    problemAt(
      tier,
      'MachineOff',
      `${what}: the tier's \`replacement\`, \`repair\`, \`drainLimit\` or \`consolidation\` counts on it. Leave it ` +
        'to the library, or switch off there what it does',
    ),
  ];
  const resources = machine.node.findAll().filter((one) => CfnResource.isCfnResource(one));
  const starters = resources.filter((one) => STARTERS.includes(one.cfnResourceType));
  const stateMachine = resources.find((one) => one.cfnResourceType === MACHINE);
  if (!isInTree(machine) || stateMachine === undefined || starters.length === 0)
    return problem(`the state machine ${name}, and what starts it, must not be removed`);
  const off = starters.find((one) => !starts(one, stateMachine));
  if (off !== undefined) {
    const path = quoteForMessage(off.node.path);
    return problem(`${path} must stay enabled, and start the state machine ${name}`);
  }
  if (![stateMachine, ...starters].every((one) => waitsFor(group, one))) {
    return problem(
      `the group must depend on the state machine ${name}, and on what starts it: else they come after ` +
        'the first nodes',
    );
  }
  return [];
}

function starts(starter: CfnResource, stateMachine: CfnResource): boolean {
  if (rendered(starter, 'state') === 'DISABLED') return false;
  const targets = [...renderedList(starter, 'targets'), rendered(starter, 'target')];
  return JSON.stringify(targets).includes(`"${logicalIdOf(stateMachine)}"`);
}

function waitsFor(group: CfnResource, resource: CfnResource): boolean {
  if (!isOverriddenAt(group, 'DependsOn')) return group.obtainDependencies().includes(resource);
  const dependsOn = (renderedWhole(group) as { DependsOn?: string | string[] }).DependsOn ?? [];
  return [dependsOn].flat().includes(logicalIdOf(resource));
}
