import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { ClusterProviders, ExistingCluster } from 'cdk-ecs-auto-scaled-cluster';
import type { Lab } from '../lab';
import { SMALL } from '../parts';
import { type Experiment, no, undecided, yes } from '../question';
import { phaseOf, sample, seen } from '../seen';

const CLUSTER = 'prove-made-outside';
const BEFORE = 'FARGATE, FARGATE_SPOT; FARGATE';

/** What the cluster has, as a text: its list, and its default strategy. */
async function listOf(lab: Lab): Promise<string> {
  const { clusters } = await lab.call('ecs', 'describe-clusters', { clusters: [CLUSTER] });
  const [{ capacityProviders, defaultCapacityProviderStrategy }] = clusters;
  const strategy = defaultCapacityProviderStrategy.map((item: any) => item.capacityProvider);
  return `${capacityProviders.sort().join(', ')}; ${strategy.join(', ')}`;
}

export const experiment: Experiment = {
  name: 'existing-cluster',
  deploys:
    'a tier without nodes on a cluster that was made by the API; then no tier, and the stack is deleted',
  nodes: 0,
  minutes: 20,
  touches: `a cluster ${CLUSTER}, which it makes and deletes.`,
  steps: ['tier', 'no-tier'],
  app: (stack, step) => {
    const vpc = new ec2.Vpc(stack, 'Vpc', {
      natGateways: 0,
      maxAzs: 2,
      subnetConfiguration: [{ name: 'Public', subnetType: ec2.SubnetType.PUBLIC }],
    });
    const cluster = new ExistingCluster(stack, 'Cluster', {
      clusterName: CLUSTER,
      vpc,
      vpcSubnets: { subnetType: ec2.SubnetType.PUBLIC },
      capacityProviders: ClusterProviders.keep(['FARGATE', 'FARGATE_SPOT'], {
        defaultStrategy: [{ capacityProvider: 'FARGATE', weight: 1 }],
      }),
    });
    if (step === 'tier') cluster.addTier('nodes', { instanceTypes: [SMALL], associatePublicIpAddress: true });
  },
  run: async (lab) => {
    await lab.call('ecs', 'create-cluster', {
      clusterName: CLUSTER,
      capacityProviders: ['FARGATE', 'FARGATE_SPOT'],
      defaultCapacityProviderStrategy: [{ capacityProvider: 'FARGATE', weight: 1 }],
    });
    await lab.deploy('tier', { mayFail: true });
    lab.note('with a tier', await listOf(lab));
    await lab.deploy('no-tier', { mayFail: true });
    await lab.destroy(15);
    lab.note('at the end', await listOf(lab));
  },
  cleanUp: async (lab) => {
    await lab.call('ecs', 'delete-cluster', { cluster: CLUSTER });
  },
  questions: [
    {
      id: 'association-joins-a-list',
      asks: 'Does CloudFormation make the association of a cluster that has a list of capacity providers already?',
      settledBy: {
        look: 'The first deployment, and the list after it.',
        yes: 'It succeeds, and the list has the old providers and that of the tier.',
        no: 'It fails, for example because the association exists already.',
      },
      assumes: 'Yes: the schema of the resource says nothing against it.',
      expects: 'yes',
      documented: ['docs/existing-cluster.md'],
      judge: (record) => {
        const deployed = phaseOf(record, 'tier');
        const list = record.notes['with a tier'];
        if (deployed === undefined || list === undefined) return undecided('nothing was deployed');
        if (deployed.failed !== undefined) return no(deployed.failed);
        const [names] = String(list).split('; ');
        return names.includes('FARGATE, FARGATE_SPOT') && names.split(', ').length === 3
          ? yes(`the list was ${names}`)
          : no(`the list was ${names}`);
      },
      examples: {
        yes: seen([sample('tier', 100)], {
          notes: { 'with a tier': `FARGATE, FARGATE_SPOT, tier; FARGATE` },
        }),
        no: seen([], {
          phases: [{ name: 'tier', seconds: 60, failed: 'AlreadyExists' }],
          notes: { 'with a tier': BEFORE },
        }),
      },
    },
    {
      id: 'leaving-gives-the-list-back',
      asks: 'Is the list of the cluster as it was, after a deployment without tiers and the deletion of the stack?',
      settledBy: {
        look: 'The list and the default strategy at the end.',
        yes: 'Both are as before the first deployment.',
        no: 'Something is missing or left over, or the stack cannot be deleted.',
      },
      assumes: 'Yes: the association is retained, and the providers of tiers leave the list before they go.',
      expects: 'yes',
      documented: ['docs/existing-cluster.md'],
      judge: (record) => {
        const failed = record.notes['deletion failed'];
        if (failed !== undefined) return no(String(failed));
        const list = record.notes['at the end'];
        if (list === undefined) return undecided('the run ended before');
        return list === BEFORE ? yes(`the list was ${list}`) : no(`the list was ${list}`);
      },
      examples: {
        yes: seen([sample('destroy', 300, { stack: undefined })], { notes: { 'at the end': BEFORE } }),
        no: seen([sample('destroy', 300, { stack: undefined })], { notes: { 'at the end': '; ' } }),
      },
    },
  ],
};
