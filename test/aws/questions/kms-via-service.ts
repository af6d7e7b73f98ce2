import { Duration, RemovalPolicy, SecretValue } from 'aws-cdk-lib';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { DockerAuth } from 'cdk-ecs-auto-scaled-cluster';
import { cluster, joined } from '../parts';
import { type Experiment, no, undecided, yes } from '../question';
import { during, group, node, sample, seen } from '../seen';

export const experiment: Experiment = {
  name: 'kms-via-service',
  deploys:
    'a tier whose registry secret has a customer-managed key; to be run in a region of China or of the ' +
    'European Sovereign Cloud',
  nodes: 1,
  extraDollars: 0.05,
  minutes: 30,
  steps: ['deployed'],
  app: (stack) => {
    const secret = new secretsmanager.Secret(stack, 'Registry', {
      encryptionKey: new kms.Key(stack, 'Key', {
        removalPolicy: RemovalPolicy.DESTROY,
        pendingWindow: Duration.days(7),
      }),
      secretStringValue: SecretValue.unsafePlainText(
        JSON.stringify({ 'registry.example.com': { auth: 'bm9ib2R5Om5vdGhpbmc=' } }),
      ),
      removalPolicy: RemovalPolicy.DESTROY,
    });
    cluster(stack, {}, { dockerAuth: DockerAuth.fromSecret(secret) });
  },
  run: async (lab) => {
    const { Arn } = await lab.call('sts', 'get-caller-identity');
    lab.note('partition', Arn.split(':')[1]);
    await lab.deploy('deployed');
    await lab.call('autoscaling', 'set-desired-capacity', {
      AutoScalingGroupName: lab.names.group,
      DesiredCapacity: 1,
    });
    await lab.watch('started', 12, joined(1));
  },
  questions: [
    {
      id: 'via-service-outside-of-aws',
      asks:
        'Does `kms:ViaService` with `secretsmanager.<region>.amazonaws.com` hold in China and in the ' +
        'European Sovereign Cloud?',
      settledBy: {
        look: 'A node whose registry secret has a customer-managed key, in such a region.',
        yes: 'It joins.',
        no: 'Nodes start, and none joins within 12 minutes.',
      },
      assumes:
        'It does: CDK writes the same condition. If it does not, nodes with such a secret power off ' +
        'there.',
      expects: 'yes',
      documented: ['docs/private-registry.md'],
      judge: (record) => {
        const { partition } = record.notes;
        if (partition === undefined || partition === 'aws')
          return undecided(`it was run in ${partition ?? 'no region'}, where it is known to hold`);
        const looks = during(record, 'started');
        if (looks.some(joined(1))) return yes(`a node joined in ${partition}`);
        const launched = looks.some(({ group: found }) => (found?.instances.length ?? 0) > 0);
        return launched && (looks.at(-1)?.at ?? 0) - looks[0].at >= 600
          ? no(`no node joined in ${partition}`)
          : undecided('no node was started, or the run ended before');
      },
      examples: {
        yes: seen([sample('started', 90, { group: group(['i-1 InService']), nodes: [node('i-1')] })], {
          notes: { partition: 'aws-cn' },
        }),
        no: seen(
          [60, 720].map((at) => sample('started', at, { group: group(['i-1 InService 1 terminated']) })),
          { notes: { partition: 'aws-cn' } },
        ),
      },
    },
  ],
};
