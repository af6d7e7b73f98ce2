import { App, Aspects, type CfnResource, type IAspect, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import * as schedulerTargets from 'aws-cdk-lib/aws-scheduler-targets';
import { Construct, type IConstruct } from 'constructs';
import { EcsAutoScaledCluster, NodeImage, NodeImageResolution, NodeReplacement } from '../../src';
import { type Resources, type TemplateDiff, templateDiff } from '../helpers/template-diff';

const OLD = new ec2.InstanceType('m5.large');

/** The aspect of docs/moving.md. */
class Hold implements IAspect {
  public visit(node: IConstruct): void {
    if (node instanceof ecs.CfnService && node.launchType === 'EC2')
      node.addPropertyOverride('LaunchType', 'EC2');
  }
}

/** The deployments of docs/moving.md, one after the other. */
const STEPS = [
  'before',
  'class, tier and hold',
  'second services',
  'first services removed',
  'old group at 0',
  'old capacity removed',
  'hold removed',
  'pinned',
  'rolling() with the pin',
  'unpinned',
] as const;
type Step = (typeof STEPS)[number];

const RULES = /^AWS::EC2::SecurityGroup(In|E)gress$/;

interface Live {
  readonly capacity: 'addCapacity' | 'AsgCapacityProvider';
  /** Whether services name the old provider. */
  readonly strategies: boolean;
  /** Whether what runs on the cluster is in a stack of its own. */
  readonly twoStacks: boolean;
  /** False: without the aspect. */
  readonly hold?: boolean;
}

const isAt = (step: Step, from: Step, to: Step = 'unpinned') =>
  STEPS.indexOf(step) >= STEPS.indexOf(from) && STEPS.indexOf(step) <= STEPS.indexOf(to);

/** An app at one of the steps, as its author has it then. */
class LiveApp {
  public readonly resources: Resources;
  public readonly templates: Record<string, any>;
  private readonly infra: Stack;
  private readonly app: Stack;
  private readonly vpc: ec2.Vpc;
  private readonly cluster: ecs.Cluster;
  private readonly oldGroup?: autoscaling.AutoScalingGroup;

  public constructor(
    private readonly live: Live,
    private readonly step: Step,
  ) {
    const root = new App({ treeMetadata: false });
    this.infra = new Stack(root, 'Infra');
    this.app = live.twoStacks ? new Stack(root, 'Apps') : this.infra;
    this.vpc = new ec2.Vpc(this.infra, 'Vpc', { maxAzs: 2 });
    this.cluster = this.makeCluster();
    if (!isAt(step, 'old capacity removed')) this.oldGroup = this.addOldCapacity();
    if (this.cluster instanceof EcsAutoScaledCluster)
      this.cluster.addTier('general', { instanceTypes: [new ec2.InstanceType('m7i.large')] });
    this.addServices();
    this.addTasks();
    if (live.hold !== false && isAt(step, 'class, tier and hold', 'old capacity removed'))
      for (const stack of new Set([this.infra, this.app]))
        Aspects.of(stack).add(new Hold(), { priority: 100 });

    const { stacks } = root.synth();
    this.templates = Object.fromEntries(stacks.map(({ stackName, template }) => [stackName, template]));
    this.resources = Object.assign({}, ...stacks.map(({ template }) => template.Resources));
  }

  private makeCluster(): ecs.Cluster {
    const props = { vpc: this.vpc, containerInsights: true, clusterName: 'live' };
    if (this.step === 'before') return new ecs.Cluster(this.infra, 'Cluster', props);
    return new EcsAutoScaledCluster(this.infra, 'Cluster', {
      ...props,
      machineImage: isAt(this.step, 'pinned', 'rolling() with the pin')
        ? NodeImage.amazonLinux2023({ resolution: NodeImageResolution.pinned('20260902') })
        : undefined,
      replacement: isAt(this.step, 'rolling() with the pin') ? NodeReplacement.rolling() : undefined,
    });
  }

  private addOldCapacity(): autoscaling.AutoScalingGroup {
    const machineImage = ecs.EcsOptimizedImage.amazonLinux2();
    const sizes = isAt(this.step, 'old group at 0') ? { minCapacity: 0, maxCapacity: 0 } : { maxCapacity: 4 };
    if (this.live.capacity === 'addCapacity')
      return this.cluster.addCapacity('Old', { instanceType: OLD, machineImage, ...sizes });
    const autoScalingGroup = new autoscaling.AutoScalingGroup(this.infra, 'Group', {
      vpc: this.vpc,
      instanceType: OLD,
      machineImage,
      ...sizes,
    });
    const capacityProviderName = 'old';
    this.cluster.addAsgCapacityProvider(
      new ecs.AsgCapacityProvider(this.infra, 'Old', { autoScalingGroup, capacityProviderName }),
    );
    return autoScalingGroup;
  }

  /** One with a name, one behind a load balancer, and a daemon. */
  private addServices(): void {
    const { cluster, app, step } = this;
    const taskDefinition = this.taskDefinition('Task');
    const common = { cluster, taskDefinition, minHealthyPercent: 100 };
    new ecs.Ec2Service(app, 'Agent', { cluster, taskDefinition, daemon: true });
    const balancer = new elbv2.ApplicationLoadBalancer(app, 'Balancer', { vpc: this.vpc });
    const targetGroup = new elbv2.ApplicationTargetGroup(app, 'Targets', { vpc: this.vpc, port: 80 });
    balancer.addListener('Http', { port: 80, defaultTargetGroups: [targetGroup] });
    // CDK does not for its capacity providers (aws-cdk #22764), so their authors do.
    if (this.live.capacity === 'AsgCapacityProvider' && this.oldGroup !== undefined)
      balancer.connections.allowTo(this.oldGroup, ec2.Port.tcpRange(32768, 65535));

    if (this.live.strategies) {
      // A changed strategy is an update of the service, so there is no second one.
      const capacityProvider = 'old';
      const strategy = isAt(step, 'second services') ? this.tierStrategy() : { capacityProvider, weight: 1 };
      const moving = { ...common, capacityProviderStrategies: [strategy] };
      new ecs.Ec2Service(app, 'Named', { ...moving, serviceName: 'named' });
      targetGroup.addTarget(new ecs.Ec2Service(app, 'Api', moving));
      return;
    }
    if (!isAt(step, 'first services removed')) {
      new ecs.Ec2Service(app, 'Named', { ...common, serviceName: 'named' });
      targetGroup.addTarget(new ecs.Ec2Service(app, 'Api', common));
    }
    if (isAt(step, 'second services')) {
      const moved = { ...common, capacityProviderStrategies: [this.tierStrategy()] };
      new ecs.Ec2Service(app, 'NamedOnTier', { ...moved, serviceName: 'named-2' });
      targetGroup.addTarget(new ecs.Ec2Service(app, 'ApiOnTier', moved));
    }
  }

  /** A rule, a scheduled task, a schedule, and a rule that stays where it is. */
  private addTasks(): void {
    const { cluster, app } = this;
    const taskDefinition = this.taskDefinition('Job');
    const schedule = events.Schedule.cron({ hour: '3', minute: '0' });
    const runs = { targets: [new targets.EcsTask({ cluster, taskDefinition })] };
    new events.Rule(app, 'Nightly', { schedule, ...runs });
    const held = new events.Rule(app, 'Held', { schedule, ...runs }).node.defaultChild as CfnResource;
    if (isAt(this.step, 'class, tier and hold'))
      held.addPropertyOverride('Targets.0.EcsParameters.LaunchType', 'EC2');
    new scheduler.Schedule(app, 'Weekly', {
      schedule: scheduler.ScheduleExpression.cron({ weekDay: 'MON', hour: '4', minute: '0' }),
      target: new schedulerTargets.EcsRunEc2Task(cluster, { taskDefinition }),
    });
  }

  private tierStrategy(): ecs.CapacityProviderStrategy {
    return (this.cluster as EcsAutoScaledCluster).tier('general').strategy();
  }

  private taskDefinition(id: string): ecs.Ec2TaskDefinition {
    const definition = new ecs.Ec2TaskDefinition(this.app, id);
    definition.addContainer('web', {
      image: ecs.ContainerImage.fromRegistry('web'),
      memoryLimitMiB: 64,
      portMappings: [{ containerPort: 80 }],
    });
    return definition;
  }
}

const LIVE: readonly (readonly [string, Live])[] = (['addCapacity', 'AsgCapacityProvider'] as const).flatMap(
  (capacity) =>
    [false, true].flatMap((strategies) =>
      [false, true]
        .filter(() => capacity === 'AsgCapacityProvider' || !strategies)
        .map((twoStacks): [string, Live] => [
          `${capacity}, services ${strategies ? 'with' : 'without'} strategies, ` +
            `${twoStacks ? 'in a stack of their own' : "in the cluster's stack"}`,
          { capacity, strategies, twoStacks },
        ]),
    ),
);

describe.each(LIVE)('docs/moving.md, from %s:', (_name, live) => {
  const apps = new Map<Step, LiveApp>();
  const at = (step: Step): LiveApp => {
    const app = apps.get(step) ?? new LiveApp(live, step);
    apps.set(step, app);
    return app;
  };
  /** What the deployment of a step changes. */
  const deploys = (step: Step): TemplateDiff =>
    templateDiff(at(STEPS[STEPS.indexOf(step) - 1]).resources, at(step).resources);

  test('no step replaces anything that is there', () => {
    for (const step of STEPS.slice(1)) expect([step, deploys(step).replaced]).toEqual([step, []]);
  });

  test('a rule of a security group is there once, and keeps its name as long as it is there', () => {
    const rulesAt = (step: Step) =>
      Object.entries(at(step).resources)
        .filter(([, { Type }]) => RULES.test(Type))
        .map(
          ([
            id,
            {
              Type,
              Properties: { Description: _, ...rule },
            },
          ]) => [JSON.stringify([Type, rule]), id],
        );
    for (const [index, step] of STEPS.entries()) {
      const rules = rulesAt(step);
      const names = new Map(rules as [string, string][]);
      expect([step, names.size]).toEqual([step, rules.length]);
      const renamed =
        index === 0 ? [] : rulesAt(STEPS[index - 1]).filter(([rule, id]) => (names.get(rule) ?? id) !== id);
      expect([step, renamed]).toEqual([step, []]);
      const toTier = rules.filter(([rule]) => rule.includes('ClusterTiersSecurityGroup'));
      expect([step, toTier.length]).toEqual([step, step === 'before' ? 0 : 2]);
    }
  });

  test('the first deployment changes no service, and rules and schedules but for their launch type', () => {
    const { removed, changed, added } = deploys('class, tier and hold');
    expect(removed).toEqual([]);
    expect(added).not.toContain('AWS::ECS::Service');
    expect(changed).toEqual([
      ...(live.capacity === 'addCapacity'
        ? []
        : [
            'AWS::ECS::ClusterCapacityProviderAssociations CapacityProviders.1',
            'AWS::ECS::ClusterCapacityProviderAssociations DefaultCapacityProviderStrategy.0',
          ]),
      'AWS::Events::Rule Targets.0.EcsParameters.LaunchType',
      'AWS::Scheduler::Schedule Target.EcsParameters.LaunchType',
    ]);
  });

  test('a rule whose launch type is overridden stays where it is', () => {
    const rules = Object.values(at('hold removed').resources).filter(
      ({ Type }) => Type === 'AWS::Events::Rule',
    );
    const launchTypes = rules.map(({ Properties }) => Properties.Targets[0].EcsParameters.LaunchType);
    expect(launchTypes).toEqual([undefined, 'EC2']);
  });

  test('services move by a strategy that changes in place, or by a second service', () => {
    const { added, removed, changed } = deploys('second services');
    expect(removed).toEqual([]);
    // No rule: those of the first service lead to the tier already.
    expect(added).toEqual(live.strategies ? [] : ['AWS::ECS::Service']);
    expect(changed).toEqual(
      live.strategies ? ['AWS::ECS::Service CapacityProviderStrategy.0.CapacityProvider'] : [],
    );
    const last = deploys('first services removed');
    expect([last.added, last.changed]).toEqual([[], []]);
    const services = last.removed.filter((type) => !RULES.test(type));
    expect(services).toEqual(live.strategies ? [] : ['AWS::ECS::Service']);
  });

  test('then nothing that is kept uses the old nodes but daemons', () => {
    const services = Object.entries(at('first services removed').resources).filter(
      ([, { Type }]) => Type === 'AWS::ECS::Service',
    );
    const onLaunchType = services.filter(([, { Properties }]) => Properties.LaunchType === 'EC2');
    expect(onLaunchType.map(([, { Properties }]) => Properties.SchedulingStrategy)).toEqual(['DAEMON']);
    expect(services).toHaveLength(3);
  });

  test('without the hold CloudFormation would replace each service that has the launch type', () => {
    const { resources } = at('class, tier and hold');
    const services = Object.entries(resources).filter(
      ([, { Type, Properties }]) =>
        Type === 'AWS::ECS::Service' && Properties.SchedulingStrategy !== 'DAEMON',
    );
    const held = new LiveApp({ ...live, hold: false }, 'class, tier and hold').resources;
    const { replaced, changed } = templateDiff(resources, held);
    expect(replaced).toEqual(live.strategies ? [] : services.map(([id]) => id).sort());
    expect(changed).toEqual(live.strategies ? [] : ['AWS::ECS::Service LaunchType']);
  });

  test('the old group goes to 0, and then away, and nothing else of the cluster does', () => {
    expect(deploys('old group at 0')).toEqual({
      added: [],
      removed: [],
      changed: ['AWS::AutoScaling::AutoScalingGroup MaxSize', 'AWS::AutoScaling::AutoScalingGroup MinSize'],
      replaced: [],
    });
    const { removed, changed } = deploys('old capacity removed');
    expect(removed).toContain('AWS::AutoScaling::AutoScalingGroup');
    expect(removed.filter((type) => /^AWS::(ECS::(Cluster|Service)$|Events|Scheduler)/.test(type))).toEqual(
      [],
    );
    expect(changed.filter((path) => /^AWS::ECS::(Cluster|Service) /.test(path))).toEqual([]);
  });

  test('where a value of the old capacity is no longer exported, the stack of the services goes first', () => {
    const imports = (step: Step) =>
      [...JSON.stringify(at(step).templates.Apps ?? {}).matchAll(/"Fn::ImportValue":"([^"]+)"/g)].map(
        ([, name]) => name,
      );
    const exported = (step: Step): string[] =>
      Object.values<any>(at(step).templates.Infra.Outputs ?? {}).map(({ Export }) => Export?.Name);
    const first = STEPS.slice(1).filter((step, index) => {
      const gone = exported(STEPS[index]).filter((name) => !exported(step).includes(name));
      return imports(STEPS[index]).some((name) => gone.includes(name));
    });
    const expected = live.capacity === 'addCapacity' ? 'first services removed' : 'old capacity removed';
    expect(first).toEqual(live.twoStacks ? [expected] : []);
    for (const step of first) {
      const before = exported(STEPS[STEPS.indexOf(step) - 1]);
      expect(imports(step).filter((name) => !before.includes(name))).toEqual([]);
    }
  });

  test('the aspect that held services can go without a change', () => {
    const nothing = { added: [], removed: [], changed: [], replaced: [] };
    expect(deploys('hold removed')).toEqual(nothing);
  });

  test('rolling() comes without a change of the launch template', () => {
    const ofNodes = (step: Step) =>
      Object.values(at(step).resources).filter(({ Type }) => Type === 'AWS::EC2::LaunchTemplate');
    expect(ofNodes('rolling() with the pin')).toEqual(ofNodes('pinned'));
    const { removed, changed } = deploys('rolling() with the pin');
    expect(removed).toEqual([]);
    const types = new Set(changed.map((path) => path.split(' ')[0]));
    expect([...types].filter((type) => type !== 'AWS::AutoScaling::AutoScalingGroup')).toEqual([]);
  });
});

describe('docs/moving.md, a cluster that made its own VPC', () => {
  function resources(moved: boolean): Resources {
    const stack = new Stack(new App({ treeMetadata: false }), 'Live');
    if (!moved) new ecs.Cluster(stack, 'Cluster');
    else {
      const scope = new Construct(new Construct(stack, 'Default'), 'Cluster');
      const cluster = new EcsAutoScaledCluster(stack, 'Cluster', {
        vpc: new ec2.Vpc(scope, 'Vpc', { maxAzs: 2 }),
      });
      cluster.addTier('general', { instanceTypes: [OLD] });
    }
    return Template.fromStack(stack).toJSON().Resources;
  }

  test('keeps it: but for the name in its tags nothing of it changes', () => {
    const { removed, replaced, changed } = templateDiff(resources(false), resources(true));
    expect([removed, replaced]).toEqual([[], []]);
    expect(changed.filter((path) => !/ Tags\.\d+\.Value$/.test(path))).toEqual([]);
  });
});
