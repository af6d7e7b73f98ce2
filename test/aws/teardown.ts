import type { Aws } from './aws';
import { OURS } from './experiments';
import { namesOf, statusOf } from './look';
import { type Clock, patiently } from './patience';

/**
 * How long a deletion may take, in seconds: an hour for a drain that nothing ends, and what comes
 * before and after.
 */
const PATIENCE = 7200;
const EVERY = 15;

/** What to do when we cannot. */
export const byHand = (stack: string): string =>
  `Delete it by hand: aws cloudformation delete-stack --stack-name ${stack}`;

/** A stack that cannot be deleted. The message has the command. */
export class NotTornDown extends Error {}

/**
 * Deletes a stack in any state: an update is cancelled first, drains are ended, a deletion that
 * failed is tried again. Returns whether there was one.
 */
export async function tearDown(
  aws: Aws,
  stack: string,
  clock: Clock,
  say: (line: string) => void,
): Promise<boolean> {
  const status = () => patiently(() => statusOf(aws, stack), clock, say);
  const first = await status();
  // Under review is a stack of which nothing has been made: a deployment that was interrupted before it
  // began. The next one takes it over.
  if (first === undefined || first === 'REVIEW_IN_PROGRESS') return false;
  const describe = () => aws.call('cloudformation', 'describe-stacks', { StackName: stack });
  const { Stacks } = await patiently(describe, clock, say);
  if (!Stacks[0].Tags?.some(({ Key, Value }: any) => Key === OURS.key && Value === OURS.value))
    throw new NotTornDown(
      `the stack ${stack} is not of aws:prove: it lacks the tag ${OURS.key}. Nothing of it was touched`,
    );

  say(`  deleting ${stack}`);
  const end = clock.now() + PATIENCE;
  let attempts = 0;
  let cancelled = false;
  for (let now: string | undefined = first; now !== undefined; now = await status()) {
    if (clock.now() > end) break;
    if (now === 'UPDATE_IN_PROGRESS' && !cancelled) {
      cancelled = true; // a stack in the middle of an update cannot be deleted
      await aws.call('cloudformation', 'cancel-update-stack', { StackName: stack }).catch(() => undefined);
    } else if (now === 'CREATE_IN_PROGRESS' || !now.endsWith('_IN_PROGRESS')) {
      if (++attempts > 5) break;
      const order = () => aws.call('cloudformation', 'delete-stack', { StackName: stack });
      await patiently(order, clock, say);
    }
    await endWaits(aws, stack, now.startsWith('DELETE')).catch(() => undefined); // it may be gone by now
    await clock.sleep(EVERY);
  }
  const left = await status();
  if (left !== undefined)
    throw new NotTornDown(`the stack is still there (${left}), and costs money. ${byHand(stack)}`);
  return true;
}

/** Ends the drains, and, when the group goes, the launches: nothing may answer their hooks any more. */
async function endWaits(aws: Aws, stack: string, launches: boolean): Promise<void> {
  const { group } = await namesOf(aws, stack);
  if (group === undefined) return;
  const { AutoScalingGroups } = await aws.call('autoscaling', 'describe-auto-scaling-groups', {
    AutoScalingGroupNames: [group],
  });
  const ends = launches ? ['Terminating:Wait', 'Pending:Wait'] : ['Terminating:Wait'];
  const waiting = (AutoScalingGroups[0]?.Instances ?? []).filter((instance: any) =>
    ends.includes(instance.LifecycleState),
  );
  if (waiting.length === 0) return;
  const { LifecycleHooks } = await aws.call('autoscaling', 'describe-lifecycle-hooks', {
    AutoScalingGroupName: group,
  });
  for (const { InstanceId, LifecycleState } of waiting) {
    const transition = LifecycleState.startsWith('Pending') ? 'LAUNCHING' : 'TERMINATING';
    for (const hook of LifecycleHooks.filter((each: any) => each.LifecycleTransition.endsWith(transition))) {
      await aws
        .call('autoscaling', 'complete-lifecycle-action', {
          AutoScalingGroupName: group,
          InstanceId,
          LifecycleHookName: hook.LifecycleHookName,
          LifecycleActionResult: transition === 'LAUNCHING' ? 'ABANDON' : 'CONTINUE',
        })
        .catch(() => undefined); // another one has completed it
    }
  }
}
