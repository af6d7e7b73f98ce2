import type * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { DRAIN_HOOK } from '../drain-hook';
import { completeHook, lifecycleState } from '../one-node';
import { caught, jsonata, type Steps, when } from '../steps';

/**
 * Auto Scaling replaces unhealthy nodes slowly, a tenth of the group at a time. So a run waits for the node:
 * ten minutes with looks each 15 seconds, then some three hours with one a minute.
 */
const SOON = 40;
const LOOKS = SOON + 170;

/** Where a call fails because another run was faster, it would fail for ever. */
const DEREGISTRATIONS = 6;

export interface LettingGo {
  readonly gone: sfn.IChainable;
  readonly stays: sfn.IChainable;
}

/**
 * Takes `$node` out of its cluster by force, so that its tasks start elsewhere at once, and waits until its
 * group has let go of it.
 *
 * ECS does not hear of a drain on a node without its agent, and would not answer its own hook for up to a
 * day. So that hook is completed here. Hooks of users are left to them.
 */
export function lettingGo(steps: Steps, { gone, stays }: LettingGo): sfn.State {
  const out = steps.call('Take it out of the cluster', 'ecs:deregisterContainerInstance', {
    parameters: { Cluster: jsonata('$cluster'), ContainerInstance: jsonata('$ci'), Force: true },
    assign: { isOut: true },
    retry: false,
  });
  const look = lifecycleState(steps, 'Is it still there');
  const where = steps.choose('Where is it');
  const hooks = steps.call('What holds it', 'autoscaling:describeLifecycleHooks', {
    parameters: { AutoScalingGroupName: jsonata('$group') },
    output:
      `$string($states.result.LifecycleHooks[$substring(LifecycleHookName, 0, ${DRAIN_HOOK.length}) = ` +
      `'${DRAIN_HOOK}'][0].LifecycleHookName) & ''`,
    retry: true,
  });
  const holds = steps.choose('Does ECS hold it');
  const complete = completeHook(steps, 'End its drain', '$states.input');
  const moment = steps.wait('A moment', `$tries < ${SOON} ? 15 : 60`, { tries: '$tries + 1' });
  const next = steps.choose('Is it out');

  const outOfIt = `($isOut or $tries >= ${DEREGISTRATIONS})`;
  out.addCatch(look, caught()).next(look);
  look.addCatch(moment, caught()).next(where);
  where
    .when(when(`$states.input = '' and ${outOfIt}`), gone)
    .when(when(`$tries >= ${LOOKS}`), stays)
    .when(when(`$states.input = 'Terminating:Wait'`), hooks)
    .otherwise(moment);
  hooks.addCatch(moment, caught()).next(holds);
  holds.when(when(`$states.input = ''`), moment).otherwise(complete);
  complete.addCatch(moment, caught()).next(moment);
  moment.next(next);
  next.when(when(outOfIt), look).otherwise(out);
  return out;
}
