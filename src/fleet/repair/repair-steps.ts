import type * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { HELD, HOLD_TAG } from '../../replacement/held';
import { DESCRIBED_AT_ONCE, NODES_AT_ONCE } from '../at-once';
import { groupMembers } from '../group-members';
import { caught, jsonata, Steps, when } from '../steps';
import { telling } from '../telling';
import { isOurs, topicIn, valuesIn } from '../tier-tags';
import { countingWellNodes, findingTheFirst } from './counting-well-nodes';
import { lettingGo } from './letting-go';
import { REPAIR_TAG } from './repair-tags';

/** A run that may not act looks again and again, for a day, in seconds. */
const PATIENCE = 24 * 60 * 60;

/** A run has at most 25,000 entries in its history. At this many, by estimate, it gives up. */
const MAX_ENTRIES = 15_000;

/** So many times a run asks whether it speaks for an outage: an agent that just reconnects may be first. */
const MAX_ASKED = 3;

const DETAIL = '$states.input.detail';
const GROUP = '$states.result.AutoScalingGroups[0]';
const REFRESH = '$states.result.InstanceRefreshes[0]';
const NODE = '$states.result.ContainerInstances[0]';

/**
 * An outage makes all nodes ill in the same minute, so that all runs look together: hence the spread, wider
 * for a large group. Looks become rarer: 5 minutes after the first, then 10, up to an hour.
 */
const PAUSE = `$looks = 0 ? $after
  : $min([3600, 300 * $looks]) + $floor($roll * $max([60, $desired]))`;

/** What one look adds to the history. */
const ENTRIES = `$entries + 80 + 8 * $ceil($count($ids) / ${NODES_AT_ONCE}) +
  8 * $ceil($count($ids) / ${DESCRIBED_AT_ONCE})`;

/**
 * What becomes of a node that ECS calls impaired.
 *
 * Only ECS's word counts, never whether its agent is connected at one moment: agents reconnect several times
 * an hour. ECS speaks once for each change, so a run that may not act yet goes on looking: nothing would
 * start another. What fails goes back to waiting.
 */
export function repairSteps(scope: Construct): sfn.IChainable {
  const steps = new Steps(scope);

  const start = steps.set('A node is impaired', {
    node: `${DETAIL}.ec2InstanceId`,
    ci: `${DETAIL}.containerInstanceArn`,
    cluster: `${DETAIL}.clusterArn`,
    roll: '$random()',
    group: "''",
    ids: '[]',
    action: "'none'",
    desired: 0,
    after: 300,
    topic: "''",
    looks: 0,
    waited: 0,
    asked: 0,
    told: false,
    isOut: false,
    tries: 0,
    entries: 0,
  });
  const spread = steps.wait('Not all at once', '$floor($roll * 60)', { roll: '$random()' });

  // --- whose node it is, and what is to become of it: read again at each look ---
  const place = steps.call('Find its group', 'autoscaling:describeAutoScalingInstances', {
    parameters: { InstanceIds: [jsonata('$node')] },
    assign: {
      group: `$string($states.result.AutoScalingInstances[0].AutoScalingGroupName) & ''`,
      state: `$string($states.result.AutoScalingInstances[0].LifecycleState) & ''`,
    },
    retry: true,
  });
  const hasGroup = steps.choose('Is it in a group');
  const group = steps.call('Read the group', 'autoscaling:describeAutoScalingGroups', {
    parameters: { AutoScalingGroupNames: [jsonata('$group')], IncludeInstances: false },
    assign: {
      ours: isOurs(REPAIR_TAG, GROUP),
      desired: `$number($string(${GROUP}.DesiredCapacity))`,
      isHeld: `$exists(${GROUP}.Tags[Key = '${HOLD_TAG}'])`,
      action: `$string(${valuesIn(REPAIR_TAG, GROUP)}.action) & ''`,
      after: `$number('0' & ${valuesIn(REPAIR_TAG, GROUP)}.after)`,
      share: `$number('0' & ${valuesIn(REPAIR_TAG, GROUP)}.share)`,
      topic: topicIn(REPAIR_TAG, GROUP),
    },
    retry: true,
  });
  const ours = steps.choose('Is it ours');
  const node = steps.call('Look at the node', 'ecs:describeContainerInstances', {
    parameters: {
      Cluster: jsonata('$cluster'),
      ContainerInstances: [jsonata('$ci')],
      Include: ['CONTAINER_INSTANCE_HEALTH'],
    },
    assign: {
      isFree: `$string(${NODE}.Status) = 'ACTIVE' and $not($exists(${NODE}.Attributes[Name = '${HELD}']))`,
    },
    output: `$string(${NODE}.HealthStatus.OverallStatus) & ''`,
    retry: true,
  });
  const ill = steps.choose('Is it still impaired');
  const refresh = steps.call('Is it about to be replaced', 'autoscaling:describeInstanceRefreshes', {
    parameters: { AutoScalingGroupName: jsonata('$group'), MaxRecords: 1 },
    output: `$string(${REFRESH}.Status) in ['Pending', 'InProgress', 'Cancelling', 'RollbackInProgress']`,
    retry: true,
  });
  const replaced = steps.choose('Does a refresh run');

  // --- what may be done ---
  const again = steps.choose('Is it looked at again');
  const may = steps.choose('May it be replaced');
  const speaks = steps.choose('Is there anything to say');
  const first = findingTheFirst(steps);
  const isFirst = steps.choose('Does this run speak for all');
  const counted = countingWellNodes(steps, { few: may, many: speaks, failed: again });
  const members = groupMembers(steps, counted, again);
  const many = say(
    steps,
    'Say that too many are impaired',
    'ECS nodes are impaired',
    `$desired - $well & ' of ' & $desired & ' nodes of ' & $group & ' are impaired or missing, ' & $node & ` +
      `' among them. ' & ($action = 'replace' ? 'Nothing is replaced: they are too many for a fault of a ' & ` +
      `'node, or no other node is well. The nodes are looked at again. ' : '') & ${WHICH}`,
  );
  const one = say(
    steps,
    'Say that it is impaired',
    'An ECS node is impaired',
    `$node & ' of ' & $group & ' is impaired' & ($action = 'replace' ? ' and not replaced: the group has ` +
      `the tag ${HOLD_TAG}. ' : '. ') & ${WHICH}`,
  );

  // --- the group first: a node that is only deregistered would stay in service, in no cluster ---
  const unhealthy = steps.call('Give it up', 'autoscaling:setInstanceHealth', {
    parameters: {
      InstanceId: jsonata('$node'),
      HealthStatus: 'Unhealthy',
      ShouldRespectGracePeriod: false,
    },
    retry: true,
  });
  const after = steps.choose('Is the topic told');
  const stays = steps.fail(
    'It does not go',
    'NodeDoesNotGo',
    `$node & ' of ' & $group & ' was given up and is not terminated: a lifecycle hook may hold it. See: ` +
      `aws autoscaling describe-lifecycle-hooks --auto-scaling-group-name ' & $group`,
  );
  const goes = lettingGo(steps, { gone: after, stays });
  const done = steps.end('Replaced');
  const tell = say(
    steps,
    'Say that it was replaced',
    'An ECS node was replaced',
    `$node & ' of ' & $group & ' was impaired, and has been replaced. Its tasks have started elsewhere.'`,
  );

  const wait = steps.wait('Wait', PAUSE, {
    looks: '$looks + 1',
    waited: `$waited + (${PAUSE})`,
    roll: '$random()',
    entries: ENTRIES,
  });
  const stillIll = steps.fail(
    'It is still impaired',
    'NodeStillImpaired',
    `$node & ' of ' & $group & ' is impaired and was not replaced in ' & $floor($waited / 3600) & ` +
      "' hours. Look why: docs/repair.md. Replace it by hand: aws autoscaling set-instance-health " +
      "--instance-id ' & $node & ' --health-status Unhealthy --no-should-respect-grace-period; aws ecs " +
      "deregister-container-instance --force --cluster ' & $cluster & ' --container-instance ' & $ci",
  );

  start.next(spread).next(place);
  place.addCatch(again, caught()).next(hasGroup);
  hasGroup.when(when(`$group = ''`), steps.end('It is gone')).otherwise(group);
  group.addCatch(again, caught()).next(ours);
  ours
    .when(when(`$not($ours) or $action = ''`), steps.end('Not ours'))
    .when(when('$looks = 0'), wait)
    .otherwise(node);
  node.addCatch(again, caught()).next(ill);
  ill
    .when(when(`$states.input != 'IMPAIRED'`), steps.end('Well or gone'))
    // Its group has given it up, and ECS ends no drain that it does not hear.
    .when(when(`$state = 'Terminating:Wait' and $action = 'replace' and $not($isHeld)`), goes)
    // Drained or held by the roll, by consolidation, or by a user.
    .when(when(`$state != 'InService' or $not($isFree)`), again)
    .otherwise(refresh);
  refresh.addCatch(again, caught()).next(replaced);
  replaced.when(when('$states.input'), again).otherwise(members);
  may
    .when(when(`$action = 'replace' and $not($isHeld)`), unhealthy)
    .when(when(`$told or $topic = ''`), again)
    .otherwise(one);
  speaks.when(when(`$told or $topic = '' or $asked >= ${MAX_ASKED}`), again).otherwise(first);
  first.addCatch(again, caught()).next(isFirst);
  isFirst.when(when('$states.input'), many).otherwise(again);
  for (const message of [many, one]) message.addCatch(again, caught()).next(again);
  unhealthy.addCatch(again, caught()).next(goes);
  after.when(when(`$topic = ''`), done).otherwise(tell);
  tell.addCatch(done, caught()).next(done);
  again
    .when(
      when(
        `$action = 'notify' and ($told or $topic = '' or $asked >= ${MAX_ASKED} or $waited > ${PATIENCE})`,
      ),
      steps.end('Nothing more is done'),
    )
    .when(when(`$waited >= $after + ${PATIENCE} or $entries > ${MAX_ENTRIES}`), stillIll)
    .otherwise(wait);
  wait.next(place);
  return start;
}

/** How an operator sees them. */
const WHICH =
  `'See: aws ecs list-container-instances --cluster ' & $cluster & ' --filter ' & ` +
  `'"agentConnected == false"' & ', and aws ecs describe-container-instances --include ' & ` +
  `'CONTAINER_INSTANCE_HEALTH --cluster ' & $cluster & ' --container-instances ' & $ci`;

function say(steps: Steps, name: string, subject: string, message: string) {
  return telling(steps, name, { subject, message, assign: { told: true } });
}
