import type * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { caught, type Expressions, jsonata, type Steps, when } from '../steps';
import { type Bad, STACK, type StackFacts } from './stack-facts';

/** What the names of the change sets begin with: the role may execute no others. */
export const CHANGE_SET = 'image-update-';

const CHANGE = '$states.result.Changes.ResourceChange';

/** How a message says what else a change set would do: at most so many characters of it. */
const MAX_NAMED = 2000;

/** What happens after the change set. */
export interface MakingTheChange {
  readonly nothing: sfn.IChainable;
  readonly notNow: sfn.IChainable;
  /** The change set is being executed. */
  readonly rolls: sfn.IChainable;
  readonly bad: Bad;
}

/**
 * What would change beyond launch templates and the groups of tiers. A group that would itself be replaced is
 * more, and so is a group of the user's. A resource that only reads what has changed has details that are all
 * `Dynamic`.
 */
function others(groups: string): string {
  return `[${CHANGE}[$not(Action = 'Modify' and (
    ResourceType = 'AWS::EC2::LaunchTemplate' and $string(Replacement) & '' != 'True'
    or LogicalResourceId in [${groups}] and $string(Replacement) & '' != 'True'
    or $not(ResourceType = 'AWS::AutoScaling::AutoScalingGroup')
      and $count(Details) > 0 and $count(Details[Evaluation != 'Dynamic']) = 0))].(
    Action & ' ' & LogicalResourceId & ' (' & ResourceType & ')')]`;
}

/**
 * Deploys the stack as it is: its own template, parameters, role and tags. CloudFormation reads the images
 * anew, and with them each other parameter of the parameter store. So a change set comes first. Where it
 * would change more, it is deleted, and the stack waits for a deployment by its users.
 *
 * A call whose answer is lost may have had its effect. The change set has the name of the run, so it is found
 * again, and its description says whether it was executed.
 */
export function makingTheChange(
  steps: Steps,
  { groups }: StackFacts,
  { nothing, notNow, rolls, bad }: MakingTheChange,
): sfn.State {
  const named = {
    StackName: STACK,
    ChangeSetName: jsonata(`'${CHANGE_SET}' & $states.context.Execution.Name`),
  };
  const create = steps.call('Make a change set', 'cloudformation:createChangeSet', {
    parameters: {
      ...named,
      ChangeSetType: 'UPDATE',
      Description: 'New images for the nodes',
      UsePreviousTemplate: true,
      Parameters: jsonata('$parameters'),
      Capabilities: jsonata('$capabilities'),
    },
    assign: { reason: "''", isMade: true },
    retry: true,
  });
  const moment = steps.wait('A moment', '10');
  const assign = {
    others: `[$append($others, ${others(groups)})]`,
    all: `$all + $count([${CHANGE}])`,
    token: `$string($states.result.NextToken) & ''`,
  };
  const read = steps.call('What would change', 'cloudformation:describeChangeSet', {
    parameters: named,
    assign: {
      ...assign,
      others: others(groups),
      all: `$count([${CHANGE}])`,
      reason: `$string($states.result.StatusReason) & ''`,
      isMade: true,
    },
    output: '$string($states.result.Status)',
    retry: true,
  });
  const more = steps.call('What else', 'cloudformation:describeChangeSet', {
    parameters: { ...named, NextToken: jsonata('$token') },
    assign,
    output: '$string($states.result.Status)',
    retry: true,
  });
  const ready = steps.choose('Is it ready');
  const remove = (name: string) =>
    steps.call(name, 'cloudformation:deleteChangeSet', { parameters: named, retry: true });
  const leave = remove('Leave it');
  const why = steps.choose('Why is it left');
  const execute = steps.call('Deploy it', 'cloudformation:executeChangeSet', {
    parameters: named,
    retry: true,
  });
  const executed = steps.call('Was it executed', 'cloudformation:describeChangeSet', {
    parameters: named,
    output: `$string($states.result.ExecutionStatus) & ''`,
    retry: true,
  });
  const does = steps.choose('Is it executed');
  const isGone = steps.choose('Has another deployment removed it');
  const stack = steps.call('Does another deployment run', 'cloudformation:describeStacks', {
    parameters: { StackName: STACK },
    output: '$string($states.result.Stacks[0].StackStatus)',
    retry: true,
  });
  const isBusy = steps.choose('Is the stack busy');
  const obsolete = remove('Another deployment was first');
  const cannot = bad(
    'No change set',
    'NoChangeSet',
    `'No change set of the stack ${STACK} could be executed: ' & $substring($reason, 0, ${MAX_NAMED})`,
  );
  const wider = bad(
    'More would change',
    'MoreWouldChange',
    `'Not only nodes would change in the stack ${STACK}: ' & $substring($join($others, ', '), 0, ${MAX_NAMED}) & ` +
      `'. Deploy the app: the images come with it.'`,
  );
  const failed = (assign: Expressions = {}) =>
    caught({ ...assign, reason: "$string($states.errorOutput.Cause) & ''" });
  // A deployment that is executed removes all other change sets of its stack.
  const looked = caught(
    {},
    "$contains($string($states.errorOutput.Error) & $string($states.errorOutput.Cause), 'ChangeSetNotFound')",
  );

  create.next(moment);
  create.addCatch(moment, failed({ isMade: false }));
  moment.next(read);
  read.next(ready);
  read.addCatch(isGone, looked);
  more.next(ready);
  ready
    .when(when("$states.input in ['CREATE_PENDING', 'CREATE_IN_PROGRESS']"), moment)
    .when(when("$token != ''"), more)
    .when(when("$states.input = 'CREATE_COMPLETE' and $count($others) = 0 and $all > 0"), execute)
    .otherwise(leave);
  leave.next(why);
  leave.addCatch(why, caught());
  why
    .when(when('$count($others) > 0'), wider)
    .when(when(`$contains($reason, "didn't contain changes") or $contains($reason, 'No updates')`), nothing)
    .otherwise(cannot);
  execute.next(rolls);
  execute.addCatch(executed, failed());
  executed.next(does);
  executed.addCatch(isGone, looked);
  does
    .when(when("$contains($states.input, 'EXECUTE_')"), rolls)
    .when(when("$states.input = 'OBSOLETE'"), obsolete)
    .otherwise(stack);
  isGone.when(when('$isMade and $states.input'), notNow).otherwise(stack);
  stack.next(isBusy);
  stack.addCatch(cannot, caught());
  isBusy.when(when("$contains($states.input, 'IN_PROGRESS')"), notNow).otherwise(cannot);
  obsolete.next(notNow);
  obsolete.addCatch(notNow, caught());
  return create;
}
