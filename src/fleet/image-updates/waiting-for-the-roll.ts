import type * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { type Steps, when } from '../steps';
import { type Bad, STACK } from './stack-facts';

export interface WaitingForTheRoll {
  readonly done: sfn.IChainable;
  readonly bad: Bad;
}

/** CloudFormation rolls the nodes, and goes back by itself where that fails: here it is only waited for. */
export function waitingForTheRoll(steps: Steps, { done, bad }: WaitingForTheRoll): sfn.State {
  const rolls = steps.wait('It rolls', '300');
  const how = steps.call('How far is it', 'cloudformation:describeStacks', {
    parameters: { StackName: STACK },
    output: '$string($states.result.Stacks[0].StackStatus)',
    retry: true,
  });
  const over = steps.choose('Is it over');
  const back = bad(
    'It went back',
    'ImageUpdateFailed',
    `'The deployment of new images to the stack ${STACK} ended as ' & $states.input & ': its nodes keep the ' & ` +
      `'images that they had, until the stack is deployed again. See what failed: aws cloudformation ' & ` +
      `'describe-stack-events --stack-name ${STACK}'`,
  );
  const updated = steps.set('The nodes have them', {
    message: `'The nodes of the stack ${STACK} have new images: ' & $join($newer.(name & ' is ' & is), ', ')`,
  });

  rolls.next(how);
  how.next(over);
  over
    .when(when("$states.input in ['UPDATE_COMPLETE', 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS']"), updated)
    .when(when("$contains($states.input, 'IN_PROGRESS')"), rolls)
    .otherwise(back);
  updated.next(done);
  return rolls;
}
