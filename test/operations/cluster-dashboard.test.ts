import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as sns from 'aws-cdk-lib/aws-sns';
import { PurchaseOption } from '../../src';
import { LARGE, only, SMALL, TestStack } from '../helpers/estate';

const SPARE = { name: 'spare', instanceTypes: [SMALL], purchase: PurchaseOption.spot() };

/** The body as CloudWatch gets it, with the logical id of what a name is of in its place. */
function bodyOf(stack: TestStack): any {
  const [, parts] = only(stack.template, 'AWS::CloudWatch::Dashboard').Properties.DashboardBody['Fn::Join'];
  return JSON.parse(
    parts
      .map((part: any) => (typeof part === 'string' ? part : (part.Ref ?? part['Fn::GetAtt'].join('.'))))
      .join(''),
  );
}

/** Title or text, place and size of each widget. */
function layoutOf(stack: TestStack): unknown[] {
  return bodyOf(stack).widgets.map(({ properties, x, y, width }: any) => [
    properties.title ?? properties.markdown,
    x,
    y,
    width,
  ]);
}

/** What a widget shows, without what stands in each of its metrics. */
function metricsOf(stack: TestStack, title: string): string[] {
  const widget = bodyOf(stack).widgets.find(({ properties }: any) => properties.title === title);
  return widget.properties.metrics.map((metric: any[]) =>
    metric.filter((part) => typeof part === 'string').join(' '),
  );
}

test('a row for the cluster and a row for each tier, of later ones too', () => {
  const stack = new TestStack();
  const cluster = stack.cluster();
  cluster.addDashboard();
  cluster.addTier('big', { instanceTypes: [LARGE] });
  expect(layoutOf(stack)).toEqual([
    [expect.stringMatching(/^# ECS cluster Orders/), 0, 0, 24],
    ['Reserved by tasks', 0, 1, 12],
    ['Used by tasks', 12, 1, 12],
    ['general: nodes', 0, 7, 12],
    ['general: capacity provider reservation', 12, 7, 12],
    ['big: nodes', 0, 13, 12],
    ['big: capacity provider reservation', 12, 13, 12],
  ]);
});

test('its metrics, none of which needs Container Insights', () => {
  const stack = new TestStack();
  stack.cluster().addDashboard();
  const cluster = expect.stringMatching.bind(expect);
  expect(metricsOf(stack, 'Reserved by tasks')).toEqual([
    cluster(/^AWS\/ECS CPUReservation ClusterName Orders\w+$/),
    cluster(/^AWS\/ECS MemoryReservation ClusterName Orders\w+$/),
  ]);
  expect(metricsOf(stack, 'Used by tasks')).toEqual([
    cluster(/^AWS\/ECS CPUUtilization ClusterName Orders\w+$/),
    cluster(/^AWS\/ECS MemoryUtilization ClusterName Orders\w+$/),
  ]);
  expect(metricsOf(stack, 'general: nodes').map((metric) => metric.split(' ').slice(0, 3).join(' '))).toEqual(
    [
      'AWS/AutoScaling GroupInServiceInstances AutoScalingGroupName',
      'AWS/AutoScaling GroupDesiredCapacity AutoScalingGroupName',
      'AWS/AutoScaling GroupPendingInstances AutoScalingGroupName',
      'AWS/AutoScaling GroupTerminatingInstances AutoScalingGroupName',
      'AWS/AutoScaling GroupMaxSize AutoScalingGroupName',
    ],
  );
  expect(metricsOf(stack, 'general: capacity provider reservation')).toEqual([
    cluster(
      /^AWS\/ECS\/ManagedScaling CapacityProviderReservation CapacityProviderName \S+ ClusterName Orders\w+$/,
    ),
  ]);
  expect(JSON.stringify(bodyOf(stack))).not.toContain('ContainerInsights');
});

test('a line shows above what tasks wait', () => {
  const stack = new TestStack();
  stack.cluster().addDashboard();
  const { properties } = bodyOf(stack).widgets.find(
    (widget: any) => widget.properties.title === 'general: capacity provider reservation',
  );
  expect(properties.annotations.horizontal).toEqual([
    { value: 100, label: 'Above: tasks wait for nodes', color: '#d62728', yAxis: 'left' },
  ]);
});

test('Spot interruptions, where the alarms watch them', () => {
  const stack = new TestStack();
  const cluster = stack.cluster({ tiers: [SPARE] });
  cluster.addAlarms({ topic: new sns.Topic(stack, 'Topic') });
  cluster.addDashboard();
  expect(layoutOf(stack).slice(3)).toEqual([
    ['spare: nodes (on Spot)', 0, 7, 12],
    ['spare: capacity provider reservation', 12, 7, 6],
    ['Spot interruptions, whole account and region', 18, 7, 6],
  ]);
  expect(metricsOf(stack, 'Spot interruptions, whole account and region')).toEqual([
    `AWS/Events Invocations RuleName ${only(stack.template, 'AWS::Events::Rule').id}`,
  ]);
});

test('without them a Spot tier is marked, and that is all there is to see', () => {
  const stack = new TestStack();
  stack.cluster({ tiers: [SPARE] }).addDashboard();
  expect(layoutOf(stack).slice(3)).toEqual([
    ['spare: nodes (on Spot)', 0, 7, 12],
    ['spare: capacity provider reservation', 12, 7, 12],
  ]);
});

test('name, title and interval; more widgets below', () => {
  const stack = new TestStack();
  const { dashboard } = stack.cluster().addDashboard({
    dashboardName: 'orders',
    title: '# Orders, production',
    defaultInterval: Duration.days(7),
  });
  dashboard.addWidgets(new cloudwatch.TextWidget({ markdown: 'Who to call', width: 24 }));
  expect(only(stack.template, 'AWS::CloudWatch::Dashboard').Properties.DashboardName).toBe('orders');
  expect(bodyOf(stack).start).toBe('-P7D');
  expect(layoutOf(stack)[0]).toEqual(['# Orders, production', 0, 0, 24]);
  expect(layoutOf(stack)[5]).toEqual(['Who to call', 0, 13, 24]);
});

test('the default interval is half a day', () => {
  const stack = new TestStack();
  stack.cluster().addDashboard();
  expect(bodyOf(stack).start).toBe('-PT12H');
});

test('a wrong name and a second dashboard are refused', () => {
  const cluster = new TestStack().cluster();
  expect(() => cluster.addDashboard({ dashboardName: 'my orders' })).toThrow(
    '`dashboardName` must be 1 to 255 letters, digits, "-" and "_", got: "my orders" (InvalidDashboard ' +
      'at Estate/Orders/Dashboard)',
  );
  cluster.addDashboard();
  expect(() => cluster.addDashboard()).toThrow(
    '`addDashboard()` can be called once for a cluster (DashboardExists at Estate/Orders)',
  );
});
