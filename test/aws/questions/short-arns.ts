import { NodeRole } from 'cdk-ecs-auto-scaled-cluster';
import type { Lab } from '../lab';
import { cluster, joined } from '../parts';
import { type Experiment, no, undecided, yes } from '../question';
import { during, group, node, sample, seen } from '../seen';

const ROLE = 'prove-short-arns';

async function setting(lab: Lab, operation: string, value?: string): Promise<void> {
  const { Arn } = await lab.call('sts', 'get-caller-identity');
  const [, partition, , , account] = Arn.split(':');
  const principalArn = `arn:${partition}:iam::${account}:role/${ROLE}`;
  await lab.call('ecs', operation, {
    name: 'containerInstanceLongArnFormat',
    principalArn,
    ...(value === undefined ? {} : { value }),
  });
}

export const experiment: Experiment = {
  name: 'short-arns',
  deploys:
    'a tier without nodes whose role opts out of long ARNs, which takes the root user or an ' +
    'administrator; then its first node',
  nodes: 1,
  minutes: 40,
  touches: `an account setting of ECS, for the role ${ROLE} alone; it is taken back.`,
  steps: ['deployed'],
  app: (stack) => {
    cluster(stack, {}, { role: new NodeRole(stack, 'NodeRole', { roleName: ROLE }) });
  },
  run: async (lab) => {
    await lab.deploy('deployed');
    try {
      await setting(lab, 'put-account-setting', 'disabled');
      lab.note('opted out', 'yes');
    } catch (error) {
      lab.note('refused', (error as Error).message);
      return;
    }
    await lab.call('autoscaling', 'set-desired-capacity', {
      AutoScalingGroupName: lab.names.group,
      DesiredCapacity: 1,
    });
    await lab.watch('started', 12, joined(1));
  },
  cleanUp: (lab) => setting(lab, 'delete-account-setting'),
  questions: [
    {
      id: 'short-arns-keep-nodes-out',
      asks: 'Does a node of an account that opted out of long ARNs fail to connect?',
      settledBy: {
        look: "The role's own setting.",
        yes: 'The node is in service for ten minutes and its agent does not connect.',
        no: 'It connects, or AWS refuses to opt out any more.',
      },
      assumes:
        'It may: the permission to poll names the cluster in the ARN. The troubleshooting page says so ' +
        'under `AccessDenied` of `Poll`.',
      documented: ['docs/troubleshooting.md'],
      judge: (record) => {
        const refused = String(record.notes.refused ?? '');
        if (/AccessDenied|Unauthorized/i.test(refused))
          return undecided(`who ran this may not set it: ${refused}`);
        if (refused !== '') return no(`AWS does not let one opt out: ${refused}`);
        if (record.notes['opted out'] === undefined) return undecided('the setting was not made');
        const looks = during(record, 'started');
        if (looks.some(joined(1))) return no('the node connected');
        const first = looks.find(({ group: found }) =>
          found?.instances.some(({ state }) => state === 'InService'),
        );
        const waited = first ? (looks.at(-1)?.at ?? 0) - first.at : 0;
        return waited >= 600
          ? yes(`it did not connect in ${waited} seconds`)
          : undecided('the run ended before');
      },
      examples: {
        yes: seen(
          [60, 700].map((at) =>
            sample('started', at, {
              group: group(['i-1 InService']),
              nodes: [node('i-1', { connected: false })],
            }),
          ),
          { notes: { 'opted out': 'yes' } },
        ),
        no: seen([], {
          notes: { refused: 'InvalidParameterException: the setting can no longer be disabled' },
        }),
      },
    },
  ],
};
