import { Duration, type Stack, TimeZone } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import type { FleetAlarm } from '../../src/fleet/fleet-alarm';
import { badRuns } from '../../src/fleet/fleet-alarm';
import { fleetCluster } from '../../src/fleet/fleet-cluster';
import { FleetMachine } from '../../src/fleet/fleet-machine';
import { Steps } from '../../src/fleet/steps';
import { TestStack } from '../helpers/estate';
import { deployed } from './machine';

/** A sixth concern: one file of steps, and this. */
class Sweep extends FleetMachine {
  public static of(stack: Stack): Sweep {
    return FleetMachine.one(Sweep, 'Sweep', stack);
  }

  public constructor(stack: Stack, id: string) {
    super(stack, id, {
      name: 'sweep',
      description: 'Sweeps',
      tag: 'EcsSweep',
      steps: (scope) => new Steps(scope).end('Done'),
      timeout: Duration.hours(1),
      statements: [],
      inClusters: (clusterArns) => [
        new iam.PolicyStatement({ actions: ['ecs:ListContainerInstances'], resources: clusterArns }),
      ],
    });
    const at = ScheduleExpression.cron({ hour: '3', minute: '0', timeZone: TimeZone.EUROPE_BERLIN });
    this.onSchedule('Nightly', at, { what: 'all' }, Duration.hours(2));
  }

  public override alarms(): FleetAlarm[] {
    return badRuns(this.machine, 'Sweep', 1, 'Sweep by hand');
  }
}

describe('a machine that looks after nodes', () => {
  const stack = new TestStack();
  const cluster = stack.cluster();
  const tier = cluster.tier('general');
  Sweep.of(stack).add(tier, fleetCluster(cluster), { EcsSweepEach: '3' });
  const { template } = stack;

  test('is one for each stack, and known by the tiers that it looks after', () => {
    expect(Sweep.of(stack)).toBe(Sweep.of(stack));
    expect(FleetMachine.lookingAfter(tier)).toEqual([Sweep.of(stack)]);
    expect(FleetMachine.lookingAfter(new TestStack().cluster().tier('general'))).toEqual([]);
  });

  test('can be started at times of a time zone, within a window', () => {
    template.hasResourceProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: 'cron(0 3 * * ? *)',
      ScheduleExpressionTimezone: 'Europe/Berlin',
      FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 120 },
      Target: { Input: '{"what":"all"}' },
    });
  });

  test("reads what differs from tier to tier in tags of the tier's group, which waits for it", () => {
    const [group] = Object.values<any>(template.findResources('AWS::AutoScaling::AutoScalingGroup'));
    expect(group.Properties.Tags).toEqual(
      expect.arrayContaining([
        { Key: 'EcsSweep', Value: { Ref: 'AWS::StackName' }, PropagateAtLaunch: false },
        { Key: 'EcsSweepEach', Value: '3', PropagateAtLaunch: false },
      ]),
    );
    expect(group.DependsOn.join()).toContain('SweepMachineRole');
  });

  test('has alarms for each way in which a run ends badly', () => {
    const alarms = Sweep.of(stack).alarms();
    expect(alarms.map(({ id, metric }) => [id, (metric as any).metricName])).toEqual([
      ['SweepFailed', 'ExecutionsFailed'],
      ['SweepTimedOut', 'ExecutionsTimedOut'],
      ['SweepAborted', 'ExecutionsAborted'],
    ]);
    const dimensions = stack.resolve((alarms[0].metric as any).dimensions);
    expect(deployed(dimensions)).toEqual({ StateMachineArn: expect.stringContaining('SweepMachine') });
  });
});
