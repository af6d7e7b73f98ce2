import { BootstrapStep, NodeReplacement, Sysctl } from 'cdk-ecs-auto-scaled-cluster';
import { cluster, joined } from '../parts';
import { type Experiment, no, undecided, yes } from '../question';
import {
  during,
  endOf,
  group,
  inService,
  instancesOf,
  newSince,
  type Sample,
  type Seen,
  sample,
  seen,
} from '../seen';

/**
 * Nodes of one zone join four minutes later than those of the other: so there is a time at which some of the
 * new ones are in service.
 */
const SLOW_IN_ONE_ZONE = [
  'token=$(curl -sS -X PUT -H "X-aws-ec2-metadata-token-ttl-seconds: 60" ' +
    'http://169.254.169.254/latest/api/token)',
  'zone=$(curl -sS -H "X-aws-ec2-metadata-token: $token" ' +
    'http://169.254.169.254/latest/meta-data/placement/availability-zone)',
  'case "$zone" in *a) ;; *) sleep 240 ;; esac',
].join('\n');

const before = sample('joined', 0, { group: group(['i-1 InService', 'i-2 InService']) });
const refresh = (percentage: number, desiredConfiguration = false, status = 'InProgress') => ({
  id: 'r',
  status,
  percentage,
  desiredConfiguration,
});
const at = (seconds: number, instances: string[], others: Partial<Sample> = {}) =>
  sample('after', seconds, { group: group(instances, { desired: 2 }), refresh: refresh(0), ...others });

function refreshOf(record: Seen): Sample[] {
  const earlier = endOf(record, 'joined')?.refresh?.id;
  return during(record, 'after').filter((each) => each.refresh !== undefined && each.refresh.id !== earlier);
}

export const experiment: Experiment = {
  name: 'roll',
  deploys:
    'a gated tier of four nodes in two zones, those of one zone slow to boot. Then a new launch ' +
    'template, at a surge of 200 and without the cordon',
  nodes: 8,
  minutes: 60,
  steps: ['before', 'after'],
  app: (stack, step) => {
    cluster(stack, {
      minCapacity: 4,
      sysctls: [Sysctl.somaxconn(step === 'before' ? 1024 : 2048)],
      bootstrapSteps: [BootstrapStep.run(SLOW_IN_ONE_ZONE)],
      replacement: NodeReplacement.rolling({ cordon: false }),
    });
  },
  run: async (lab) => {
    await lab.deploy('before');
    await lab.watch('joined', 15, joined(4));
    await lab.deploy('after');
  },
  questions: [
    {
      id: 'old-nodes-go-one-by-one',
      asks:
        'At a surge of 200, does an old node go as soon as one new node is in service, before all of ' +
        'them are?',
      settledBy: {
        look: 'Half of the new nodes boot four minutes later.',
        yes: 'An old node leaves `InService` while fewer new ones than the group wants are in it.',
        no: 'All new ones are in service first.',
      },
      assumes:
        'Both: the model of a roll takes either. The gate holds new nodes back until all have joined, so' +
        ' that it makes no difference with the cordon.',
      documented: ['docs/rolling-replacement.md'],
      judge: (record) => {
        const fresh = newSince(record, 'joined');
        const wanted = inService(instancesOf(endOf(record, 'joined'))).length;
        let some = false;
        for (const each of during(record, 'after')) {
          const staying = inService(instancesOf(each));
          const young = staying.filter(fresh).length;
          some ||= young > 0 && young < wanted;
          if (wanted > 0 && staying.length - young < wanted && each.group)
            return young < wanted
              ? yes(`the first one went with ${young} of ${wanted} in service`)
              : some
                ? no(`all ${wanted} were in service first`)
                : undecided('all came between two looks');
        }
        return undecided('no old node went');
      },
      examples: {
        yes: seen([
          before,
          at(200, ['i-1 Terminating:Wait', 'i-2 InService', 'i-3 InService 2', 'i-4 Pending:Wait 2']),
        ]),
        no: seen([
          before,
          at(200, ['i-1 InService', 'i-2 InService', 'i-3 InService 2', 'i-4 Pending:Wait 2']),
          at(500, ['i-1 Terminating:Wait', 'i-2 InService', 'i-3 InService 2', 'i-4 InService 2']),
        ]),
      },
    },
    {
      id: 'percentage-stays-at-zero',
      asks: 'Does `PercentageComplete` of a refresh stay 0 until the first new node is in service?',
      settledBy: {
        look: 'Each look at the refresh before a new node is in service.',
        yes: 'All show 0.',
        no: 'One shows more.',
      },
      assumes: 'It does: the gate takes a refresh at 0 for one whose new nodes must wait for each other.',
      expects: 'yes',
      documented: ['docs/rolling-replacement.md'],
      judge: (record) => {
        const fresh = newSince(record, 'joined');
        const early: Sample[] = [];
        for (const each of refreshOf(record)) {
          if (inService(instancesOf(each)).some(fresh)) break;
          early.push(each);
        }
        if (early.length === 0)
          return undecided('the refresh was not seen before its first node was in service');
        const most = Math.max(...early.map((each) => each.refresh?.percentage ?? 0));
        return most === 0 ? yes(`0 in ${early.length} looks`) : no(`it was ${most} before`);
      },
      examples: {
        yes: seen([before, at(100, ['i-1 InService', 'i-3 Pending:Wait 2'])]),
        no: seen([before, at(100, ['i-1 InService', 'i-3 Pending:Wait 2'], { refresh: refresh(10) })]),
      },
    },
    {
      id: 'refresh-has-a-desired-configuration',
      asks:
        'Does CloudFormation start its refresh with a desired configuration, rather than update the ' +
        'group first?',
      settledBy: {
        look: 'The refresh, as `DescribeInstanceRefreshes` has it.',
        yes: 'It has a `DesiredConfiguration`.',
        no: 'It has none.',
      },
      assumes: 'Either: what tells old nodes from new ones reads both.',
      documented: ['docs/rolling-replacement.md'],
      judge: (record) => {
        const found = refreshOf(record)[0]?.refresh;
        if (!found) return undecided('no refresh was seen');
        return found.desiredConfiguration
          ? yes(`the refresh ${found.id} has one`)
          : no(`the refresh ${found.id} has none`);
      },
      examples: {
        yes: seen([before, at(100, ['i-1 InService'], { refresh: refresh(0, true) })]),
        no: seen([before, at(100, ['i-1 InService'])]),
      },
    },
    {
      id: 'tags-list-the-nodes-of-a-group',
      asks:
        'Does EC2 list each node of a group by the tag `aws:autoscaling:groupName` within half a minute of ' +
        'its launch?',
      settledBy: {
        look: 'The instances of the group, and what `DescribeTags` lists, at the same look.',
        yes: 'Each was listed within 30 seconds of the first look that showed it.',
        no: 'One was listed later, or never.',
      },
      assumes:
        'It does. The cordon lists the nodes of a group so, as its description does not fit into a state ' +
        'machine. A node that is listed later is counted at a later look.',
      expects: 'yes',
      documented: ['docs/rolling-replacement.md'],
      judge: (record) => {
        const listed = new Map<string, number>();
        const shown = new Map<string, { from: number; to: number }>();
        for (const { at: now, group: found } of record.samples) {
          if (found?.tagged === undefined) continue;
          for (const id of found.tagged) if (!listed.has(id)) listed.set(id, now);
          for (const { id } of found.instances) shown.set(id, { from: shown.get(id)?.from ?? now, to: now });
        }
        const looked = [...shown].filter(([id, { from, to }]) => listed.has(id) || to - from > 30);
        if (looked.length === 0) return undecided('no node was seen for half a minute');
        const late = looked.filter(([id, { from }]) => (listed.get(id) ?? Infinity) - from > 30);
        return late.length === 0
          ? yes(`all ${looked.length} nodes were listed in time`)
          : no(`late, or never listed: ${late.map(([id]) => id).join(', ')}`);
      },
      examples: {
        yes: seen([
          sample('before', 0, { group: group(['i-1 Pending'], { tagged: [] }) }),
          sample('before', 20, { group: group(['i-1 Pending:Wait'], { tagged: ['i-1'] }) }),
        ]),
        no: seen([
          sample('before', 0, { group: group(['i-1 Pending'], { tagged: [] }) }),
          sample('before', 40, { group: group(['i-1 InService'], { tagged: [] }) }),
        ]),
      },
    },
  ],
};
