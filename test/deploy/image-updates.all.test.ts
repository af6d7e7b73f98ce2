/**
 * Image updates on the emulator, what is less common: `image-updates.test.ts` says what that proves.
 */
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { HELD, HOLD_TAG } from '../../src/replacement/held';
import { Account } from './account';
import { Emulator, until } from './emulator';
import { id, Updated } from './image-updates';

jest.setTimeout(300_000);

let account: Account;

beforeAll(async () => {
  account = new Account(await Emulator.start());
}, 120_000);

afterEach(async () => {
  await account.aws.happens('throttle', { operations: [] });
  await account.aws.happens('lose', { operations: [] });
});

afterAll(() => account?.aws.stop());

/** A stack for which a newer image is old enough. */
async function due(props = {}): Promise<Updated> {
  const stack = await Updated.with(account, props);
  await stack.publish('b', 4);
  return stack;
}

describe('what is in the way ends a run, and the next window looks again', () => {
  /** No deployment now; then, with it gone, one. */
  async function waitsFor(stack: Updated, gone: () => Promise<unknown>): Promise<void> {
    expect(await stack.lastStateOf(await stack.window())).toBe('Not now');
    expect(await stack.image()).toBe('a');
    expect(await stack.messages()).toEqual([]);
    await gone();
    expect(await stack.lastStateOf(await stack.window())).toBe('Done');
    expect(await stack.image()).toBe('b');
  }

  test('a freeze, until it is deleted', async () => {
    const stack = await due();
    await stack.freeze('until the sale is over');
    await waitsFor(stack, () => stack.freeze());
  });

  test('the tag by which an operator holds a group', async () => {
    const stack = await due();
    const tag = { ResourceId: stack.group.name, ResourceType: 'auto-scaling-group', Key: HOLD_TAG };
    await account.aws.call('autoscaling', 'create_or_update_tags', {
      Tags: [{ ...tag, Value: 'me', PropagateAtLaunch: false }],
    });
    await waitsFor(stack, () => account.aws.call('autoscaling', 'delete_tags', { Tags: [tag] }));
  });

  test('a roll that runs', async () => {
    const stack = await due();
    const nodes = await stack.group.scaleTo(1);
    await stack.group.join(nodes);
    await stack.group.startRefresh({ Preferences: { SkipMatching: false } });
    await waitsFor(stack, () =>
      account.aws.call('autoscaling', 'cancel_instance_refresh', { AutoScalingGroupName: stack.group.name }),
    );
  });

  test('a node that another state machine holds', async () => {
    const stack = await due();
    await stack.group.join(await stack.group.scaleTo(1));
    const cluster = await stack.group.cluster();
    const { containerInstanceArns } = await account.aws.call('ecs', 'list_container_instances', { cluster });
    const attribute = { name: HELD, targetType: 'container-instance', targetId: containerInstanceArns[0] };
    await account.aws.call('ecs', 'put_attributes', {
      cluster,
      attributes: [{ ...attribute, value: 'repair:x' }],
    });
    await waitsFor(stack, () =>
      account.aws.call('ecs', 'delete_attributes', { cluster, attributes: [attribute] }),
    );
  });

  test('an alarm of the roll', async () => {
    const AlarmName = "the shop's errors";
    const alarm = {
      AlarmName,
      Namespace: 'Shop',
      MetricName: 'Errors',
      ComparisonOperator: 'GreaterThanThreshold',
      EvaluationPeriods: 1,
      Threshold: 1,
      Period: 60,
      Statistic: 'Sum',
    };
    await account.aws.call('cloudwatch', 'put_metric_alarm', alarm);
    const says = (StateValue: string) =>
      account.aws.call('cloudwatch', 'set_alarm_state', { AlarmName, StateValue, StateReason: 'a test' });
    const stack = await due({
      rolling: (app: any) => ({ alarms: [cloudwatch.Alarm.fromAlarmName(app, 'Errors', AlarmName)] }),
    });
    await says('ALARM');
    await waitsFor(stack, () => says('OK'));
  });

  test('a deployment that runs', async () => {
    const stack = await due();
    await account.aws.happens('status', { stack: stack.name, status: 'UPDATE_IN_PROGRESS' });
    await waitsFor(stack, () =>
      account.aws.happens('status', { stack: stack.name, status: 'UPDATE_COMPLETE' }),
    );
  });
});

describe('a run fails where a person has to do something', () => {
  test.each(['UPDATE_ROLLBACK_COMPLETE', 'ROLLBACK_COMPLETE', 'UPDATE_ROLLBACK_FAILED'])(
    'after a deployment that ended as %s, until the stack is deployed again',
    async (status) => {
      const stack = await due();
      await account.aws.happens('status', { stack: stack.name, status });
      const run = await stack.window();
      expect([run.status, run.error]).toEqual(['FAILED', 'StackNotUpdatable']);
      expect(await stack.messages()).toEqual([
        `The stack ${stack.name} is ${status}: its nodes keep their images until it is deployed again.`,
      ]);
      await account.aws.happens('status', { stack: stack.name, status: 'UPDATE_COMPLETE' });
      expect(await stack.lastStateOf(await stack.window())).toBe('Done');
    },
  );

  test('for a stack that was deployed without a service role', async () => {
    const stack = await due({ role: '' });
    const run = await stack.window();
    expect([run.status, run.error]).toEqual(['FAILED', 'NoServiceRole']);
    expect(await stack.image()).toBe('a');
  });

  test('when the deployment is rolled back, and does not try again in each window', async () => {
    const stack = await due();
    await account.aws.happens('break_update', { group: stack.group.name });
    const run = await stack.window();
    expect([run.status, run.error]).toEqual(['FAILED', 'ImageUpdateFailed']);
    expect(run.cause).toContain('ended as UPDATE_ROLLBACK_COMPLETE: its nodes keep the images');
    expect(await stack.messages()).toEqual([run.cause]);
    await stack.calls();
    expect((await stack.window()).error).toBe('StackNotUpdatable');
    expect(await stack.calls()).toEqual([]);
  });

  test('when no change set can be made', async () => {
    const stack = await due();
    await account.aws.happens('throttle', { operations: ['CreateChangeSet'] });
    const run = await stack.window();
    expect([run.status, run.error]).toEqual(['FAILED', 'NoChangeSet']);
    expect(run.cause).toContain('Rate exceeded');
  });
});

describe('calls that fail', () => {
  test.each(['DescribeStacks', 'CreateChangeSet', 'DescribeChangeSet', 'ExecuteChangeSet'])(
    '%s, throttled for a while, is made again',
    async (operation) => {
      const stack = await due();
      await account.aws.happens('throttle', { operations: [operation] });
      const run = await stack.begins();
      await until('it is throttled', async () => {
        const { events } = await account.aws.call('stepfunctions', 'get_execution_history', {
          executionArn: (await run()).executionArn,
          maxResults: 1000,
        });
        return events.some((event: any) => /Failed$/.test(event.type));
      });
      await account.aws.happens('throttle', { operations: [] });
      expect(await stack.lastStateOf(await stack.ended(run))).toBe('Done');
      expect(await stack.image()).toBe('b');
    },
  );

  test.each(['CreateChangeSet', 'ExecuteChangeSet'])(
    '%s, whose answer is lost, is not made twice',
    async (operation) => {
      const stack = await due();
      await stack.calls();
      await account.aws.happens('lose', { operations: [operation] });
      const run = await stack.window();
      expect([run.status, run.cause]).toEqual(['SUCCEEDED', undefined]);
      expect(await stack.image()).toBe('b');
      expect(await stack.changeSets()).toHaveLength(1);
    },
  );
});

describe('runs that are not alone', () => {
  test('a schedule that starts it twice makes one deployment, and no run fails', async () => {
    const stack = await due();
    const runs = await Promise.all([stack.begins(), stack.begins()]);
    const ended = await Promise.all(runs.map((run) => stack.ended(run)));
    expect(ended.map(({ status }) => status)).toEqual(['SUCCEEDED', 'SUCCEEDED']);
    expect(await stack.image()).toBe('b');
    expect(await stack.group.refreshes()).toHaveLength(1);
  });

  test('a run that is stopped leaves a deployment that goes on, and the next window has nothing to do', async () => {
    const stack = await due();
    const run = await stack.begins();
    await until('it rolls', async () => (await account.passed(await run())).includes('It rolls'));
    const { executionArn } = await run();
    await account.aws.call('stepfunctions', 'stop_execution', { executionArn });
    expect((await stack.ended(run)).status).toBe('ABORTED');
    await until('it is deployed', async () => (await stack.image()) === 'b');
    expect(await stack.lastStateOf(await stack.window())).toBe('Nothing to do');
  });

  test('a change set that a stopped run has left goes with the next deployment', async () => {
    const stack = await due();
    await account.aws.call('cloudformation', 'create_change_set', {
      StackName: stack.name,
      ChangeSetName: 'image-update-left',
      UsePreviousTemplate: true,
      Capabilities: ['CAPABILITY_NAMED_IAM'],
      Parameters: (await stack.stack()).Parameters.map(({ ParameterKey }: any) => ({
        ParameterKey,
        UsePreviousValue: true,
      })),
    });
    expect(await stack.lastStateOf(await stack.window())).toBe('Done');
    expect((await stack.changeSets()).map(({ name }) => name)).not.toContain('image-update-left');
  });

  test('another stack of the account is left alone', async () => {
    const [one, other] = [await Updated.with(account), await Updated.with(account)];
    await one.publish('b', 4);
    expect(await one.lastStateOf(await one.window())).toBe('Done');
    expect(await other.image()).toBe('a');
    expect(await other.messages()).toEqual([]);
  });
});

test('an image that is no longer there is replaced by the newest, however new that is', async () => {
  const stack = await Updated.with(account);
  await account.aws.happens('age', { image: id('a'), days: null });
  await stack.publish('b', 0);
  expect(await stack.lastStateOf(await stack.window())).toBe('Done');
  expect(await stack.image()).toBe('b');
});
