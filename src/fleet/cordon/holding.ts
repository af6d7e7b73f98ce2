import type * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { HELD } from '../../replacement/held';
import { caught, jsonata, type Steps, when } from '../steps';
import { NODES_AT_ONCE, NODES_IN_A_CALL } from './at-once';

/**
 * Marks the nodes of `$chosen` that have joined, and drains them where the mode is `drain`. The mark first: it is what is
 * found again, by this run or another. Nodes that another machine holds are left alone, and those that were drained
 * without a mark. How many calls have failed: the loop makes them again.
 */
export function holding(steps: Steps): sfn.Map {
  const find = steps.call('Find some of them', 'ecs:listContainerInstances', {
    parameters: {
      Cluster: jsonata('$cluster'),
      Filter: jsonata(
        `"ec2InstanceId in ['" & $join($states.input, "', '") & "'] and ` +
          `(attribute:${HELD} !exists or attribute:${HELD} == " & $mark & ")"`,
      ),
      Status: 'ACTIVE',
    },
    output: `[$states.result.ContainerInstanceArns.$split($, '/')[-1]]`,
    retry: false,
  });
  const ten = steps.set('Ten of them', { ten: '$states.input' });
  const mark = steps.call('Mark them', 'ecs:putAttributes', {
    parameters: {
      Cluster: jsonata('$cluster'),
      Attributes: jsonata(
        `[$ten.{'Name': '${HELD}', 'Value': $mark, 'TargetType': 'container-instance', 'TargetId': $}]`,
      ),
    },
    retry: false,
  });
  const mode = steps.choose('Are they drained too');
  const drain = steps.call('Drain them', 'ecs:updateContainerInstancesState', {
    parameters: { Cluster: jsonata('$cluster'), ContainerInstances: jsonata('$ten'), Status: 'DRAINING' },
    output: '$count($states.result.Failures)',
    retry: false,
  });
  const marked = steps.set('They are marked', {}, '0');
  const again = steps.set('Next time', {}, '1');
  const findAgain = steps.set('Found next time', {}, '1');
  ten.next(mark);
  mark.addCatch(again, caught()).next(mode);
  mode.when(when(`$mode = 'drain'`), drain).otherwise(marked);
  drain.addCatch(again, caught());
  const tens = steps.each('By ten', {
    items: `$partition($states.input, ${NODES_IN_A_CALL})`,
    atOnce: 2,
    steps: ten,
    output: '$sum($append($states.result, 0))',
  });
  find.addCatch(findAgain, caught()).next(tens);
  return steps.each('Hold them', {
    items: `$partition($chosen, ${NODES_AT_ONCE})`,
    atOnce: 1,
    steps: find,
    assign: { entries: '$entries + 20 + 2 * $count($chosen)' },
    output: '$sum($append($states.result, 0))',
  });
}
