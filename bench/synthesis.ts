/**
 * Synthesis of N clusters: this library beside the same clusters hand-written with CDK's own constructs, in
 * the same run, in turn. Prints medians and their ratio.
 *
 *   npx tsx --tsconfig tsconfig.dev.json bench/synthesis.ts
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Duration, Stack } from 'aws-cdk-lib';
import * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as iam from 'aws-cdk-lib/aws-iam';
import { EcsAutoScaledCluster, NodeReplacement } from 'cdk-ecs-auto-scaled-cluster';
import { table } from '../demo/table';

// The validator of newer versions of CDK takes the same time for both, and most of the time of either.
process.env.CDK_VALIDATION = 'false';

const CLUSTERS_PER_STACK = 20;
const TYPE = new ec2.InstanceType('m7i.large');

type MakeCluster = (stack: Stack, vpc: ec2.IVpc, id: string) => void;

const plain: MakeCluster = (stack, vpc, id) => {
  const cluster = new ecs.Cluster(stack, id, { vpc });
  const role = new iam.Role(stack, `${id}Role`, { assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com') });
  const launchTemplate = new ec2.LaunchTemplate(stack, `${id}Template`, {
    instanceType: TYPE,
    machineImage: ecs.EcsOptimizedImage.amazonLinux2023(),
    userData: ec2.UserData.forLinux(),
    role,
    securityGroup: new ec2.SecurityGroup(stack, `${id}SecurityGroup`, { vpc }),
    requireImdsv2: true,
  });
  const autoScalingGroup = new autoscaling.AutoScalingGroup(stack, `${id}Group`, {
    vpc,
    launchTemplate,
    minCapacity: 0,
    maxCapacity: 30,
    groupMetrics: [autoscaling.GroupMetrics.all()],
    healthChecks: autoscaling.HealthChecks.ec2({ gracePeriod: Duration.seconds(300) }),
  });
  cluster.addAsgCapacityProvider(
    new ecs.AsgCapacityProvider(stack, `${id}Provider`, {
      autoScalingGroup,
      enableManagedTerminationProtection: false,
      enableManagedDraining: true,
    }),
  );
};

const ours =
  (replacement: NodeReplacement): MakeCluster =>
  (stack, vpc, id) => {
    new EcsAutoScaledCluster(stack, id, {
      vpc,
      replacement,
      tiers: [{ name: 'general', instanceTypes: [TYPE] }],
    });
  };

interface Measure {
  readonly milliseconds: number;
  readonly resources: number;
  readonly kilobytes: number;
}

function measure(make: MakeCluster, clusters: number): Measure {
  const outdir = mkdtempSync(join(tmpdir(), 'bench-'));
  const start = process.hrtime.bigint();
  const app = new App({ outdir });
  for (let first = 0; first < clusters; first += CLUSTERS_PER_STACK) {
    const stack = new Stack(app, `Stack${first}`);
    const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Vpc', {
      vpcId: 'vpc-1',
      availabilityZones: ['a', 'b'],
      privateSubnetIds: ['subnet-1', 'subnet-2'],
    });
    for (let n = first; n < Math.min(first + CLUSTERS_PER_STACK, clusters); n++)
      make(stack, vpc, `Cluster${n}`);
  }
  const { stacks } = app.synth();
  const milliseconds = Number(process.hrtime.bigint() - start) / 1e6;
  const templates = stacks.map((stack) => stack.template);
  rmSync(outdir, { recursive: true, force: true });
  return {
    milliseconds,
    resources: templates.reduce((sum, template) => sum + Object.keys(template.Resources).length, 0),
    kilobytes: JSON.stringify(templates).length / 1024,
  };
}

function median(values: number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

const RUNS = 5;
const VARIANTS: [string, MakeCluster][] = [
  ['plain CDK', plain],
  ['onNextLaunch()', ours(NodeReplacement.onNextLaunch())],
  ['rolling()', ours(NodeReplacement.rolling())],
];
const rows = [1, 20, 100].flatMap((clusters) => {
  const runs = VARIANTS.map(() => [] as Measure[]);
  for (let run = 0; run <= RUNS; run++) {
    VARIANTS.forEach(([, make], n) => {
      const one = measure(make, clusters);
      if (run > 0) runs[n].push(one); // the first warms up
    });
  }
  const peer = median(runs[0].map((one) => one.milliseconds));
  return VARIANTS.map(([name], n) => {
    const time = median(runs[n].map((one) => one.milliseconds));
    const [{ resources, kilobytes }] = runs[n];
    return [
      String(clusters),
      name,
      `${time.toFixed(0)} ms`,
      `${(time / peer).toFixed(2)}`,
      String(resources),
      `${kilobytes.toFixed(0)} KB`,
    ];
  });
});
process.stdout.write(
  `${table(['clusters', 'variant', 'synthesis', 'ratio', 'resources', 'templates'], rows)}\n`,
);
