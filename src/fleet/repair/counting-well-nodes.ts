import type * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { DESCRIBED_AT_ONCE, NODES_AT_ONCE } from '../at-once';
import { caught, jsonata, type Steps, when } from '../steps';

/** JSONata: nodes that may be missing or impaired, of those that the group wants. */
const ALLOWED = '$max([1, $floor($desired * $share / 100)])';

/** JSONata: more of `$well` are missing than may be, or no node is there as a witness. */
export const TOO_MANY = `$desired - $well > ${ALLOWED} or $well < 1`;

export interface Counted {
  readonly few: sfn.IChainable;
  readonly many: sfn.IChainable;
  readonly failed: sfn.IChainable;
}

/**
 * Counts the nodes among `$ids` that are well: active, connected, not impaired. Those that are not well are
 * counted as what is missing of the nodes that the group wants. So a replacement that has not joined counts,
 * and the bound holds without a lock although each node has its own run.
 *
 * The connected ones come first, 50 in a call. In an outage nothing more is asked.
 */
export function countingWellNodes(steps: Steps, { few, many, failed }: Counted): sfn.State {
  const connected = nodesThat(steps, 'are connected', 'agentConnected == true', {
    assign: { connected: '$reduce($states.result, $append, [])', ill: '[]' },
  });
  const upperBound = steps.set('At most so many are well', { well: '$count($connected)' });
  const enough = steps.choose('Are enough connected');
  const health = steps.each('Read their health', {
    items: `$partition($connected, ${DESCRIBED_AT_ONCE})`,
    atOnce: 2,
    steps: steps.call('Read the health of some', 'ecs:describeContainerInstances', {
      parameters: {
        Cluster: jsonata('$cluster'),
        ContainerInstances: jsonata('$states.input'),
        Include: ['CONTAINER_INSTANCE_HEALTH'],
      },
      output: `(
        $impaired := $states.result.ContainerInstances[HealthStatus.OverallStatus = 'IMPAIRED'];
        {
          'well': $count($states.result.ContainerInstances[Status = 'ACTIVE']) -
            $count($impaired[Status = 'ACTIVE']),
          'ill': [$impaired.ContainerInstanceArn.$split($, '/')[-1]]
        }
      )`,
      retry: false,
    }),
    assign: { well: '$sum($append($states.result.well, 0))', ill: '[$states.result.ill]' },
  });
  const decided = steps.choose('Are enough well');
  connected.addCatch(failed, caught()).next(upperBound);
  upperBound.next(enough);
  enough.when(when(TOO_MANY), many).otherwise(health);
  health.addCatch(failed, caught()).next(decided);
  decided.when(when(TOO_MANY), many).otherwise(few);
  return connected;
}

/**
 * Whether this node is the first of those that are impaired or lost: each has its own run, and one of them
 * speaks for all.
 */
export function findingTheFirst(steps: Steps): sfn.Map {
  return nodesThat(steps, 'are lost', 'agentConnected == false', {
    assign: { asked: '$asked + 1', entries: `$entries + 8 * $ceil($count($ids) / ${NODES_AT_ONCE})` },
    output: `$sort($append($ill, $reduce($states.result, $append, [])))[0] = $split($ci, '/')[-1]`,
  });
}

function nodesThat(
  steps: Steps,
  what: string,
  condition: string,
  rest: { assign: Record<string, string>; output?: string },
): sfn.Map {
  return steps.each(`Which ${what}`, {
    items: `$partition($ids, ${NODES_AT_ONCE})`,
    atOnce: 2,
    steps: steps.call(`Some that ${what}`, 'ecs:listContainerInstances', {
      parameters: {
        Cluster: jsonata('$cluster'),
        Filter: jsonata(`"ec2InstanceId in ['" & $join($states.input, "', '") & "'] and ${condition}"`),
        Status: 'ACTIVE',
      },
      output: "[$states.result.ContainerInstanceArns.$split($, '/')[-1]]",
      retry: false,
    }),
    ...rest,
  });
}
