import type * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { HELD } from '../../replacement/held';
import { NODES_IN_A_CALL } from '../at-once';
import { caught, jsonata, type Steps, when } from '../steps';

/**
 * Marks the container instances `$chosen`, and drains them where the mode is `drain`. The mark first: it is
 * what is found again, by this run or another. What fails is found free at the next look.
 */
export function holding(steps: Steps): sfn.Map {
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
    retry: false,
  });
  const done = steps.set('They are held', {});
  ten.next(mark);
  mark.addCatch(done, caught()).next(mode);
  mode.when(when(`$mode = 'drain'`), drain).otherwise(done);
  drain.addCatch(done, caught()).next(done);
  return steps.each('Hold them', {
    items: `$partition($chosen, ${NODES_IN_A_CALL})`,
    atOnce: 2,
    steps: ten,
    assign: { entries: '$entries + 20 + 2 * $count($chosen)' },
  });
}
