import type * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { HELD } from '../../replacement/held';
import { heldAttribute } from '../one-node';
import { caught, jsonata, type Steps, when } from '../steps';

/** The first tries come soon, then one each five minutes: two hours in all. */
const TRIES = 32;

const NODE = '$states.result.ContainerInstances[0]';

/**
 * Lets `$node` take tasks again, and takes the mark off, as long as it has `$mark`: what another has held
 * since is that one's. The mark goes last, so that what fails is found again. A node that goes is left to its
 * group.
 */
export function settingBack(steps: Steps, done: sfn.IChainable): sfn.State {
  const begin = steps.set('It stays', { tries: 0 });
  const look = steps.call('Is it still held', 'ecs:describeContainerInstances', {
    parameters: { Cluster: jsonata('$cluster'), ContainerInstances: [jsonata('$node.a')] },
    assign: { status: `$string(${NODE}.Status) & ''` },
    output: `$string(${NODE}.Attributes[Name = '${HELD}'].Value) & ''`,
    retry: false,
  });
  const whose = steps.choose('Is it held by this run');
  const place = steps.call('Does it go', 'autoscaling:describeAutoScalingInstances', {
    parameters: { InstanceIds: [jsonata('$node.i')] },
    output: `$string($states.result.AutoScalingInstances[0].LifecycleState) = 'InService'`,
    retry: false,
  });
  const stays = steps.choose('Is it in service');
  const active = steps.call('Let it take tasks', 'ecs:updateContainerInstancesState', {
    parameters: { Cluster: jsonata('$cluster'), ContainerInstances: [jsonata('$node.a')], Status: 'ACTIVE' },
    retry: false,
  });
  const off = steps.call('Let go of it', 'ecs:deleteAttributes', {
    parameters: {
      Cluster: jsonata('$cluster'),
      Attributes: [heldAttribute('$node.a')],
    },
    retry: false,
  });
  const moment = steps.wait('A moment', '$tries < 8 ? 15 : 300', { tries: '$tries + 1' });
  const patience = steps.choose('Is there patience');
  const left = steps.fail(
    'It is left held',
    'NodeIsLeftHeld',
    `$node.i & ' of ' & $group & ' takes no tasks. Set it back: aws ecs update-container-instances-state ` +
      `--status ACTIVE --cluster ' & $cluster & ' --container-instances ' & $node.a & '; aws ecs ` +
      `delete-attributes --cluster ' & $cluster & ' --attributes ` +
      `name=${HELD},targetType=container-instance,targetId=' & $node.a`,
  );
  begin.next(look);
  look.addCatch(moment, caught()).next(whose);
  whose.when(when('$states.input != $mark'), done).otherwise(place);
  place.addCatch(moment, caught()).next(stays);
  stays.when(when('$not($states.input)'), done).when(when("$status = 'DRAINING'"), active).otherwise(off);
  active.addCatch(moment, caught()).next(off);
  off.addCatch(moment, caught()).next(moment);
  moment.next(patience);
  patience.when(when(`$tries > ${TRIES}`), left).otherwise(look);
  return begin;
}
